//! Which projects a person sees: the one predicate behind every list.

use diesel::{BoxableExpression, IntoSql, pg::Pg, prelude::*, sql_types::Bool};
use shared::{Menu, Operation, Position};

use crate::{
    access::Caller,
    db::schema::{project_positions, projects},
};

/// A condition on projects. Lists of what stands in projects use it as
/// `project_id.eq_any(projects::table.filter(visible(caller)).select(projects::id))`.
pub type Predicate = Box<dyn BoxableExpression<projects::table, Pg, SqlType = Bool>>;

/// The projects that the person sees, by either way. Which positions let them is decided by the rules of access; the
/// database only compares.
pub fn visible(caller: &Caller) -> Predicate {
    let (holder, today) = (caller.holder(), caller.today());
    if holder.sees_all_projects(today) {
        return Box::new(true.into_sql::<Bool>());
    }
    by_position(caller, |position| holder.sees_project(Some(position), today))
}

/// The projects of which the person may view this tab, among those that they see: what stands on the tab may narrow a
/// list by no other, since finding a project by what one may not read tells it.
pub fn with_tab(caller: &Caller, tab: Menu) -> Predicate {
    let (holder, today) = (caller.holder(), caller.today());
    let opens = |assigned| holder.effective_on_project(assigned, tab, today).has(Operation::View);
    if opens(None) {
        return Box::new(true.into_sql::<Bool>());
    }
    by_position(caller, |position| opens(Some(position)))
}

/// The projects on which the person was assigned one of these positions.
fn by_position(caller: &Caller, counts: impl Fn(Position) -> bool) -> Predicate {
    let positions: Vec<&str> =
        Position::ALL.into_iter().filter(|position| counts(*position)).map(Position::key).collect();
    let assigned = project_positions::table
        .filter(project_positions::user_id.eq(caller.user().0))
        .filter(project_positions::position.eq_any(positions))
        .select(project_positions::project_id);
    Box::new(projects::id.eq_any(assigned))
}

/// The projects on which the person has a position: My Projects. What the position opens there, each project says.
pub fn own(caller: &Caller) -> Predicate {
    let assigned = project_positions::table
        .filter(project_positions::user_id.eq(caller.user().0))
        .select(project_positions::project_id);
    Box::new(projects::id.eq_any(assigned))
}
