ALTER TABLE general_data DROP COLUMN invitations;
DROP TABLE invitations;
