//! The cells of the grid. Each looks only at its own row, so that a press changes what it touches and nothing else.

use leptos::prelude::*;
use shared::{Menu, Operation, Operations};

use super::{
    board::Board,
    grid::{self, Difference},
    sight::Sight,
    tree::Row,
};
use crate::{locale, locales::role_definition as t, ui::CheckState};

/// The columns: all operations, then each.
pub const COLUMNS: usize = 5;

/// The operations that a column stands for.
pub fn operations_of(column: usize) -> Operations {
    match column.checked_sub(1).and_then(|index| Operation::ALL.get(index)) {
        Some(operation) => Operations::of(&[*operation]),
        None => Operations::ALL,
    }
}

/// The word for a column in the names of its check boxes.
fn column_name(column: usize) -> &'static str {
    match column.checked_sub(1).and_then(|index| Operation::ALL.get(index)) {
        Some(operation) => t::operation(*operation),
        None => t::all_operations(),
    }
}

/// What a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Face {
    /// The operation means nothing here.
    Meaningless,
    /// Beyond the licence, whether or not the role that this one is compared with has it.
    Beyond { there: bool },
    /// A check box.
    Box { state: CheckState, changed: Option<Difference>, compared: Option<Difference> },
}

impl Face {
    const fn is_beyond(self) -> bool {
        matches!(self, Self::Beyond { .. })
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Meaningless => "grant grant-none",
            Self::Beyond { there: false } => "grant grant-beyond",
            Self::Beyond { there: true } => "grant grant-beyond grant-there",
            Self::Box { compared: Some(Difference::OnlyHere), .. } => "grant grant-here",
            Self::Box { compared: Some(Difference::OnlyThere), .. } => "grant grant-there",
            Self::Box { changed: Some(Difference::OnlyHere), .. } => "grant grant-added",
            Self::Box { changed: Some(Difference::OnlyThere), .. } => "grant grant-removed",
            Self::Box { .. } => "grant",
        }
    }

    const fn checked(self) -> &'static str {
        match self {
            Self::Box { state: CheckState::On, .. } => "true",
            Self::Box { state: CheckState::Mixed, .. } => "mixed",
            _ => "false",
        }
    }
}

/// The cells of a row.
pub fn cells(row: &'static Row, board: Board, sight: Sight) -> AnyView {
    if row.branch {
        return (0..COLUMNS).map(|column| branch_cell(row, column, board, sight)).collect_view().into_any();
    }
    let menu = row.menu;
    let here = Memo::new(move |_| board.grants.with(|grants| grid::on(grants, menu)));
    let open = Memo::new(move |_| board.open.with(|open| grid::on(open, menu)));
    let before =
        Memo::new(move |_| board.before.with(|before| before.as_ref().map(|before| grid::on(before, menu))));
    let there = Memo::new(move |_| {
        sight.compared.with(|other| other.as_ref().map(|other| grid::on(&other.grants, menu)))
    });
    let own = Own { menu, here, open, before, there };
    (0..COLUMNS).map(|column| own_cell(own, column, board, sight)).collect_view().into_any()
}

/// What the cells of one screen's row look at.
#[derive(Clone, Copy)]
struct Own {
    menu: Menu,
    here: Memo<Operations>,
    open: Memo<Operations>,
    before: Memo<Option<Operations>>,
    there: Memo<Option<Operations>>,
}

fn own_cell(own: Own, column: usize, board: Board, sight: Sight) -> AnyView {
    let Own { menu, here, open, before, there } = own;
    let operations = operations_of(column);
    let single = column.checked_sub(1).and_then(|index| Operation::ALL.get(index)).copied();
    let meant = !grid::meant(menu).intersection(operations).is_empty();
    let face = Memo::new(move |_| {
        let (reach, now) = (open.get().intersection(operations), here.get());
        if !meant {
            return Face::Meaningless;
        }
        let differs =
            |then: Option<Operations>| single.and_then(|operation| grid::difference(now, then?, operation));
        if reach.is_empty() {
            return Face::Beyond { there: differs(there.get()).is_some() };
        }
        Face::Box {
            state: CheckState::of(now.intersection(reach).iter().count(), reach.iter().count()),
            changed: differs(before.get()),
            compared: differs(there.get()),
        }
    });
    let only_there = move || {
        let name = sight.compared.with(|other| other.as_ref().map(|other| other.name.clone()));
        t::only_there(&name.unwrap_or_default())
    };
    let hint = move || match face.get() {
        Face::Meaningless => None,
        Face::Beyond { there: false } => Some(board.beyond.run(menu)),
        Face::Beyond { there: true } => Some(format!("{}\n{}", board.beyond.run(menu), only_there())),
        Face::Box { changed, compared, .. } => {
            let meaning = single.and_then(|operation| menu.meaning(operation, locale::current()));
            let changed = changed.map(|changed| match changed {
                Difference::OnlyHere => t::added().to_owned(),
                Difference::OnlyThere => t::removed().to_owned(),
            });
            let compared = compared.map(|compared| match compared {
                Difference::OnlyHere => t::only_here().to_owned(),
                Difference::OnlyThere => only_there(),
            });
            let lines: Vec<String> =
                meaning.map(str::to_owned).into_iter().chain(changed).chain(compared).collect();
            (!lines.is_empty()).then(|| lines.join("\n"))
        }
    };
    let label = format!("{}: {}", t::menu_name(menu), column_name(column));
    cell(face, column, label, hint, board.may_change)
}

fn branch_cell(row: &'static Row, column: usize, board: Board, sight: Sight) -> AnyView {
    let label = format!("{}: {}", t::all_of(&t::menu_name(row.menu)), column_name(column));
    let members = move || sight.members_tracked(row);
    cell_of_many(members, Some(row.menu), column, label, board)
}

/// A cell of the head, which stands for every screen in sight.
pub fn head_box(column: usize, board: Board, sight: Sight) -> AnyView {
    let label = format!("{}: {}", t::all_screens(), column_name(column));
    let members = move || sight.found.with(|found| found.iter().copied().collect::<Vec<_>>());
    let face = face_of_many(members, column, board);
    check_box(face, label, || None, board.may_change)
}

fn cell_of_many(
    members: impl Fn() -> Vec<Menu> + Send + Sync + 'static,
    branch: Option<Menu>,
    column: usize,
    label: String,
    board: Board,
) -> AnyView {
    let face = face_of_many(members, column, board);
    let hint = move || face.get().is_beyond().then(|| branch.map(|menu| board.beyond.run(menu))).flatten();
    cell(face, column, label, hint, board.may_change)
}

fn face_of_many(
    members: impl Fn() -> Vec<Menu> + Send + Sync + 'static,
    column: usize,
    board: Board,
) -> Memo<Face> {
    let operations = operations_of(column);
    Memo::new(move |_| {
        let members = members();
        let state = board
            .grants
            .with(|grants| board.open.with(|open| grid::state(grants, open, &members, operations)));
        match state {
            Some(state) => Face::Box { state, changed: None, compared: None },
            None if members.iter().all(|menu| grid::meant(*menu).intersection(operations).is_empty()) => {
                Face::Meaningless
            }
            None => Face::Beyond { there: false },
        }
    })
}

fn cell(
    face: Memo<Face>,
    column: usize,
    label: String,
    hint: impl Fn() -> Option<String> + Clone + Send + Sync + 'static,
    may_change: bool,
) -> AnyView {
    let meaningless = Memo::new(move |_| face.get() == Face::Meaningless);
    let class = move || {
        if column == 0 { format!("{} grant-all", face.get().class()) } else { face.get().class().to_owned() }
    };
    view! {
        <td role="gridcell" class=class>
            {move || {
                if meaningless.get() {
                    view! { <span class="grant-dash" data-stop="" tabindex="-1"></span> }.into_any()
                } else {
                    check_box(face, label.clone(), hint.clone(), may_change)
                }
            }}
        </td>
    }
    .into_any()
}

/// One press for the whole table is heard in `sheet`; here is only what the box shows.
fn check_box(
    face: Memo<Face>,
    label: String,
    hint: impl Fn() -> Option<String> + Send + Sync + 'static,
    may_change: bool,
) -> AnyView {
    let fixed = move || !may_change || face.get().is_beyond();
    view! {
        <span
            role="checkbox"
            class="grant-box"
            tabindex="-1"
            data-stop=""
            aria-label=label
            aria-checked=move || face.get().checked()
            aria-disabled=move || fixed().then_some("true")
            data-tooltip=hint
        ></span>
    }
    .into_any()
}
