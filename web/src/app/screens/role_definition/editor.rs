//! The state of the role that is open: what is typed and checked, and everything that follows from it.
//!
//! What a person has checked is kept as `wanted`; what the role grants is `wanted` within the licence. So another
//! licence takes nothing away for good: going back to the one before brings everything back, until it is saved.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::{
    Check as _, Menu, Operations, check,
    licence::{Function, LicenceType},
    role::{Grants, Role, RolePatch},
};

use super::{board::Board, draft::RoleDraft, grid};
use crate::{locales::role_definition as t, merge::Draft as _, ui::FormState};

/// A handle: copies are the same editor.
#[derive(Debug, Clone, Copy)]
pub struct Editor {
    /// The role as it is saved; absent for one that is being made.
    pub saved: Option<RwSignal<Role>>,
    /// The name.
    pub name: RwSignal<String>,
    /// What it is for.
    pub description: RwSignal<String>,
    /// The licence type's key.
    pub licence_type: RwSignal<String>,
    /// The functions that were checked, those beyond the licence included.
    pub functions: RwSignal<BTreeSet<Function>>,
    /// Whether new users get it.
    pub default_for_new_users: RwSignal<bool>,
    /// What was checked, what lies beyond the licence included.
    pub wanted: RwSignal<Grants>,
    /// What the licence leaves open.
    pub open: Memo<Grants>,
    /// What the role grants.
    pub grants: Memo<Grants>,
    /// The state to which changes are held.
    pub base: Memo<RoleDraft>,
    /// The present state.
    pub draft: Memo<RoleDraft>,
    /// Errors, sending, unsaved changes.
    pub form: FormState,
    /// Whether the person may change the role.
    pub may_change: bool,
    types: StoredValue<Vec<LicenceType>>,
}

impl Editor {
    /// The editor of a saved role.
    pub fn of(saved: RwSignal<Role>, types: Vec<LicenceType>, may_change: bool) -> Self {
        Self::new(saved.with_untracked(RoleDraft::of), Some(saved), types, may_change)
    }

    /// The editor of a role that is being made.
    pub fn of_new(licence_type: String, types: Vec<LicenceType>) -> Self {
        Self::new(RoleDraft { licence_type, ..RoleDraft::default() }, None, types, true)
    }

    fn new(
        start: RoleDraft,
        saved: Option<RwSignal<Role>>,
        types: Vec<LicenceType>,
        may_change: bool,
    ) -> Self {
        let types = StoredValue::new(types);
        let licence_type = RwSignal::new(start.licence_type.clone());
        let wanted = RwSignal::new(start.grants.clone());
        let (name, description) =
            (RwSignal::new(start.name.clone()), RwSignal::new(start.description.clone()));
        let functions = RwSignal::new(start.functions.clone());
        let default_for_new_users = RwSignal::new(start.default_for_new_users);
        let open = Memo::new(move |_| licence_type.with(|key| open_of(types, key)));
        let grants = Memo::new(move |_| wanted.with(|wanted| open.with(|open| grid::within(wanted, open))));
        let draft = Memo::new(move |_| RoleDraft {
            name: name.get(),
            description: description.get(),
            licence_type: licence_type.get(),
            functions: functions
                .with(|functions| licence_type.with(|key| functions_within(types, key, functions))),
            default_for_new_users: default_for_new_users.get(),
            grants: grants.get(),
        });
        let base = Memo::new(move |_| match saved {
            Some(saved) => {
                let mut base = saved.with(RoleDraft::of);
                // A ceiling may have come down since; what lies beyond it counts for nothing already.
                base.grants = grid::within(&base.grants, &open_of(types, &base.licence_type));
                base.functions = functions_within(types, &base.licence_type, &base.functions);
                base
            }
            None => start.clone(),
        });
        let check = move || {
            let mut found = check::Violations::default();
            match saved {
                Some(_) => draft.get().patch(&base.get()).check(&mut found),
                None => draft.get().new_role().check(&mut found),
            }
            found
        };
        let form = FormState::new(check, move || draft.with(|draft| base.with(|base| draft != base)));
        Self {
            saved,
            name,
            description,
            licence_type,
            functions,
            default_for_new_users,
            wanted,
            open,
            grants,
            base,
            draft,
            form,
            may_change,
            types,
        }
    }

    /// The grid's view of it.
    pub fn board(self) -> Board {
        Board {
            grants: self.grants,
            open: self.open,
            // What is being made has nothing before it.
            before: Memo::new(move |_| self.saved.map(|_| self.base.with(|base| base.grants.clone()))),
            form: self.form,
            pointer: "/grants",
            label: t::grid(),
            may_change: self.may_change,
            press: Callback::new(move |(menus, operations): (Vec<Menu>, Operations)| {
                self.press(&menus, operations);
            }),
            beyond: Callback::new(move |menu| {
                if menu == Menu::ManageAccount {
                    t::beyond_admin().to_owned()
                } else {
                    t::beyond_licence(&self.licence_name())
                }
            }),
        }
    }

    /// Puts a draft into the fields.
    pub fn take(self, draft: &RoleDraft) {
        self.name.set(draft.name.clone());
        self.description.set(draft.description.clone());
        self.licence_type.set(draft.licence_type.clone());
        self.functions.set(draft.functions.clone());
        self.default_for_new_users.set(draft.default_for_new_users);
        self.wanted.set(draft.grants.clone());
    }

    /// Gives up what was changed.
    pub fn discard(self) {
        self.take(&self.base.get_untracked());
        self.form.forget();
    }

    /// A press of the check box that stands for these operations on these menus.
    pub fn press(self, menus: &[Menu], operations: Operations) {
        if self.may_change {
            let open = self.open.get_untracked();
            let mut grants = self.grants.get_untracked();
            let before = grants.clone();
            grid::toggle(&mut grants, &open, menus, operations);
            self.wanted.update(|wanted| {
                for menu in menus {
                    let now = grid::on(&grants, *menu);
                    if now == grid::on(&before, *menu) {
                        continue;
                    }
                    if now.is_empty() {
                        wanted.remove(menu);
                    } else {
                        wanted.insert(*menu, now);
                    }
                }
            });
        }
    }

    /// The change as far as it decides who may do what, where there is one that could be saved; tracked.
    pub fn access_change(self) -> Option<RolePatch> {
        self.saved?;
        let patch = self.draft.with(|draft| self.base.with(|base| draft.patch(base)));
        let RolePatch { licence_type, functions, grants, .. } = patch;
        let change = RolePatch { licence_type, functions, grants, ..RolePatch::default() };
        (self.may_change && change != RolePatch::default()).then_some(change)
    }

    /// How many changes wait to be saved, tracked.
    pub fn changes(self) -> usize {
        self.draft.with(|draft| self.base.with(|base| draft.distance(base)))
    }

    /// What was checked and lies beyond the licence: how many grants and functions. Tracked.
    pub fn dropped(self) -> (usize, usize) {
        let wanted = self.wanted.with(grid::count);
        let functions = self.functions.with(BTreeSet::len);
        let kept = self.draft.with(|draft| draft.functions.len());
        (wanted.saturating_sub(self.grants.with(grid::count)), functions.saturating_sub(kept))
    }

    /// The licence types there are, the highest first.
    pub fn licence_types(self) -> Vec<LicenceType> {
        self.types.get_value()
    }

    /// The licence type that is chosen, tracked.
    pub fn licence(self) -> Option<LicenceType> {
        let key = self.licence_type.get();
        self.types.with_value(|types| types.iter().find(|one| one.key == key).cloned())
    }

    /// The name of the licence type that is chosen, tracked.
    pub fn licence_name(self) -> String {
        self.name_of(&self.licence_type.get())
    }

    /// The name of a licence type.
    pub fn name_of(self, key: &str) -> String {
        let found = |types: &Vec<LicenceType>| {
            types.iter().find(|one| one.key == key).map(|one| t::licence_name(key, &one.name))
        };
        self.types.with_value(found).unwrap_or_else(|| key.to_owned())
    }

    /// What a licence type leaves open.
    pub fn open_of(self, key: &str) -> Grants {
        open_of(self.types, key)
    }
}

fn open_of(types: StoredValue<Vec<LicenceType>>, key: &str) -> Grants {
    types.with_value(|types| types.iter().find(|one| one.key == key).map(grid::open).unwrap_or_default())
}

fn functions_within(
    types: StoredValue<Vec<LicenceType>>,
    key: &str,
    functions: &BTreeSet<Function>,
) -> BTreeSet<Function> {
    types.with_value(|types| {
        let allowed = types.iter().find(|one| one.key == key).map(|one| one.functions.as_slice());
        let allowed = allowed.unwrap_or_default();
        functions.iter().copied().filter(|function| allowed.contains(function)).collect()
    })
}
