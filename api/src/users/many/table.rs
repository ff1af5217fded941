//! People as the rows of a table: which column means what, and what a cell says.

use shared::{FieldProblem, Language, Violation, ViolationCode, check, check::normal_email, user::User};

use crate::sheets::{Line, Table};

/// A column of people. Its key heads the exported file; imported ones may be headed by its label too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// By which people are known.
    Email,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// `en` or `es`.
    Language,
    /// Names, between `|`.
    Roles,
    /// Yes or no.
    NoLogin,
    /// Yes or no.
    Active,
}

impl Column {
    /// All of them, in the order of an exported file.
    pub const ALL: [Self; 7] = [
        Self::Email,
        Self::FirstName,
        Self::LastName,
        Self::Language,
        Self::Roles,
        Self::NoLogin,
        Self::Active,
    ];

    /// Its head, and its part of a pointer.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Language => "language",
            Self::Roles => "roles",
            Self::NoLogin => "no_login",
            Self::Active => "active",
        }
    }

    /// What people write above it.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Email => &["email", "e-mail", "mail", "correo electrónico", "correo"],
            Self::FirstName => &["first_name", "first name", "nombre"],
            Self::LastName => &["last_name", "last name", "apellidos", "apellido"],
            Self::Language => &["language", "idioma"],
            Self::Roles => &["roles", "role", "rol"],
            Self::NoLogin => &["no_login", "no login", "sin acceso"],
            Self::Active => &["active", "activo"],
        }
    }

    fn of(head: &str) -> Option<Self> {
        let head = head.trim().to_lowercase();
        Self::ALL.into_iter().find(|column| column.names().contains(&head.as_str()))
    }
}

/// What a row says of somebody. An empty cell says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The line of the file.
    pub line: u32,
    /// The e-mail, in lower case.
    pub email: String,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Language.
    pub language: Option<Language>,
    /// The names of the roles.
    pub roles: Option<Vec<String>>,
    /// Cannot sign in.
    pub no_login: Option<bool>,
    /// May come in.
    pub active: Option<bool>,
    /// What cannot be read.
    pub problems: Vec<FieldProblem>,
}

/// A problem at a cell.
pub fn at(line: u32, column: Column, violation: Violation) -> FieldProblem {
    let Violation { code, limit, message } = violation;
    FieldProblem { pointer: format!("/rows/{line}/{}", column.key()), code, limit, message }
}

/// The rows of a table; a column that is none of ours is refused, since what it says would be lost.
pub fn rows(table: &Table) -> Result<Vec<Row>, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let mut columns: Vec<Option<Column>> = Vec::new();
    for head in &table.head {
        let column = Column::of(head);
        let problem = match column {
            None if head.is_empty() => None,
            None => {
                let known = Column::ALL.map(Column::key).join(", ");
                Some((
                    ViolationCode::UnknownField,
                    format!("There is no column {head:?}. These are: {known}."),
                ))
            }
            Some(one) if columns.contains(&Some(one)) => {
                Some((ViolationCode::Duplicate, format!("The column {head:?} is there twice.")))
            }
            Some(_) => None,
        };
        if let Some((code, message)) = problem {
            let pointer = format!("/columns/{}", head.replace('~', "~0").replace('/', "~1"));
            problems.push(FieldProblem { pointer, code, limit: None, message });
        }
        columns.push(column);
    }
    if !columns.contains(&Some(Column::Email)) {
        let message = "The column email is missing: it says who is meant.".to_owned();
        let pointer = "/columns/email".to_owned();
        problems.push(FieldProblem { pointer, code: ViolationCode::Required, limit: None, message });
    }
    if problems.is_empty() {
        Ok(table.rows.iter().map(|line| row(line, &columns)).collect())
    } else {
        Err(problems)
    }
}

fn row(line: &Line, columns: &[Option<Column>]) -> Row {
    let mut row = Row { line: line.number, ..Row::default() };
    let given = |cell: &String| !cell.is_empty();
    for (column, cell) in columns.iter().zip(&line.cells).filter(|(_, cell)| given(cell)) {
        let Some(column) = column else { continue };
        let outcome = match column {
            Column::Email => {
                row.email = normal_email(cell);
                check::email(cell)
            }
            Column::FirstName => {
                row.first_name = Some(check::normal_name(cell));
                check::person_name(cell)
            }
            Column::LastName => {
                row.last_name = Some(check::normal_name(cell));
                check::person_name(cell)
            }
            Column::Language => language(cell).map(|language| row.language = Some(language)),
            Column::Roles => {
                let names = split(cell);
                let outcome = check_roles(&names);
                row.roles = outcome.is_ok().then_some(names);
                outcome
            }
            Column::NoLogin => truth(cell).map(|truth| row.no_login = Some(truth)),
            Column::Active => truth(cell).map(|truth| row.active = Some(truth)),
        };
        if let Err(violation) = outcome {
            row.problems.push(at(line.number, *column, violation));
        }
    }
    if row.email.is_empty() {
        let violation =
            Violation::new(ViolationCode::Required, "The e-mail is missing: it says who is meant.");
        row.problems.push(at(line.number, Column::Email, violation));
    }
    row
}

fn language(cell: &str) -> Result<Language, Violation> {
    let cell = cell.to_lowercase();
    let found = Language::from_code(&cell).or(match cell.as_str() {
        "english" | "inglés" => Some(Language::En),
        "spanish" | "español" => Some(Language::Es),
        _ => None,
    });
    found.ok_or_else(|| Violation::new(ViolationCode::InvalidFormat, "The language is en or es."))
}

fn truth(cell: &str) -> Result<bool, Violation> {
    match cell.to_lowercase().as_str() {
        "yes" | "true" | "1" | "x" | "sí" | "si" | "verdadero" => Ok(true),
        "no" | "false" | "0" | "falso" => Ok(false),
        _ => Err(Violation::new(ViolationCode::InvalidFormat, "Write yes or no.")),
    }
}

/// As many as the body of a request may name, each no longer than a role's name: what is none is told one by one.
fn check_roles(names: &[String]) -> Result<(), Violation> {
    if names.len() > check::LIST_LENGTH {
        let limit = i64::try_from(check::LIST_LENGTH).unwrap_or(i64::MAX);
        let message = format!("At most {limit} roles may be named.");
        return Err(Violation::limit(ViolationCode::TooLong, limit, message));
    }
    names.iter().try_for_each(|name| check::name(name))
}

/// The names between `|`; a name that has one itself is written with `\|`.
fn split(cell: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut letters = cell.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => extend(&mut names, letters.next().unwrap_or('\\')),
            '|' => names.push(String::new()),
            other => extend(&mut names, other),
        }
    }
    names.into_iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

fn extend(names: &mut [String], letter: char) {
    if let Some(name) = names.last_mut() {
        name.push(letter);
    }
}

fn joined(names: &[&str]) -> String {
    let escaped = |name: &&str| name.replace('\\', "\\\\").replace('|', "\\|");
    names.iter().map(escaped).collect::<Vec<_>>().join(" | ")
}

/// Somebody as a row of an exported file, in the order of [`Column::ALL`].
pub fn cells(user: &User) -> Vec<String> {
    let yes_or_no = |truth: bool| if truth { "yes" } else { "no" }.to_owned();
    let roles: Vec<&str> = user.roles.iter().map(|role| role.name.as_str()).collect();
    Column::ALL
        .map(|column| match column {
            Column::Email => user.email.clone(),
            Column::FirstName => user.first_name.clone(),
            Column::LastName => user.last_name.clone(),
            Column::Language => user.language.code().to_owned(),
            Column::Roles => joined(&roles),
            Column::NoLogin => yes_or_no(user.no_login),
            Column::Active => yes_or_no(user.active),
        })
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(head: &[&str], rows: &[&[&str]]) -> Table {
        let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        let rows = (2..).zip(rows).map(|(number, row)| Line { number, cells: cells(row) }).collect();
        Table { head: cells(head), rows }
    }

    #[test]
    fn heads_are_found_in_both_languages() {
        let table = table(
            &["E-Mail", "Nombre", "APELLIDOS", "idioma", "Rol", "Sin acceso", "Active"],
            &[&["Ana@X.example", " Ana ", "Núñez", "Español", "A | B\\|C", "no", "Sí"], &["", "Eva"]],
        );
        let found = rows(&table).expect("rows");
        let ana = Row {
            line: 2,
            email: "ana@x.example".to_owned(),
            first_name: Some("Ana".to_owned()),
            last_name: Some("Núñez".to_owned()),
            language: Some(Language::Es),
            roles: Some(vec!["A".to_owned(), "B|C".to_owned()]),
            no_login: Some(false),
            active: Some(true),
            problems: Vec::new(),
        };
        assert_eq!(found[0], ana);
        assert_eq!(found[1].problems[0].pointer, "/rows/3/email");
        assert_eq!(found[1].last_name, None, "an empty cell says nothing");
    }

    #[test]
    fn what_cannot_be_read_is_named_by_line_and_column() {
        let table = table(&["email", "first_name", "language", "active"], &[&["nobody", "x", "fr", "maybe"]]);
        let problems = rows(&table).expect("rows").remove(0).problems;
        let pointers: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
        assert_eq!(pointers, ["/rows/2/email", "/rows/2/language", "/rows/2/active"]);
    }

    #[test]
    fn a_cell_names_no_more_roles_than_a_request() {
        let (many, most) =
            (vec!["A"; check::LIST_LENGTH + 1].join("|"), vec!["A"; check::LIST_LENGTH].join("|"));
        let long = "A".repeat(check::NAME_LENGTH + 1);
        for (cell, code) in
            [(&many, Some(ViolationCode::TooLong)), (&most, None), (&long, Some(ViolationCode::TooLong))]
        {
            let table = table(&["email", "roles"], &[&["ana@x.example", cell]]);
            let found = rows(&table).expect("rows").remove(0);
            let problems: Vec<_> =
                found.problems.iter().map(|one| (one.pointer.as_str(), one.code)).collect();
            assert_eq!(problems, code.map(|code| ("/rows/2/roles", code)).into_iter().collect::<Vec<_>>());
            assert_eq!(found.roles.is_some(), code.is_none());
        }
    }

    #[test]
    fn a_column_that_is_none_is_refused() {
        for (head, pointer, code) in [
            (vec!["email", "salary"], "/columns/salary", ViolationCode::UnknownField),
            (vec!["email", "mail"], "/columns/mail", ViolationCode::Duplicate),
            (vec!["first_name"], "/columns/email", ViolationCode::Required),
        ] {
            let problems = rows(&table(&head, &[])).expect_err("it is refused");
            assert_eq!((problems[0].pointer.as_str(), problems[0].code), (pointer, code));
        }
        assert!(rows(&table(&["email", ""], &[&["a@b", "noise"]])).is_ok());
    }

    #[test]
    fn names_of_roles_come_back_whatever_they_hold() {
        for names in [vec!["A"], vec!["A", "B"], vec!["A|B", "C\\D"], vec!["\\|"], vec![]] {
            assert_eq!(split(&joined(&names)), names);
        }
    }
}
