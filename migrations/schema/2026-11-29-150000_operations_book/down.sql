DROP TABLE operations_book_brought;
DROP TABLE operations_book_heads;
DROP TABLE operations_book;
