//! What floats, what differs, and tabs.

use leptos::prelude::*;

use crate::ui::{
    Button, ButtonKind, Change, Changes, Command, ConfirmDialog, Dialog, DialogSize, Icon, IconView, Menu,
    MenuEntry, MergeDialog, MergeField, Palette, Panel, Popover, Tab, TabLinks, Tabs, TextField, Toasts,
};

pub(super) fn floating() -> impl IntoView {
    let (dialog, confirm, panel) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let toasts = Toasts::expect();
    let entries = Callback::new(move |()| {
        vec![
            MenuEntry::action(Icon::Copy, "Copy role", || ()),
            MenuEntry::link(Icon::Team, "People with this role", "/_gallery"),
            MenuEntry::Line,
            MenuEntry::Heading("Order".to_owned()),
            MenuEntry::Option {
                label: "By name".to_owned(),
                chosen: Signal::stored(true),
                on_choose: Callback::new(|()| ()),
            },
            MenuEntry::Option {
                label: "By licence".to_owned(),
                chosen: Signal::stored(false),
                on_choose: Callback::new(|()| ()),
            },
            MenuEntry::Line,
            MenuEntry::danger(Icon::Trash, "Delete role", move || confirm.set(true)),
        ]
    });
    let (finding, query) = (RwSignal::new(false), RwSignal::new(String::new()));
    let command = |(key, group, label): (&str, &'static str, &str)| Command {
        key: key.to_owned(),
        group,
        label: label.to_owned(),
        detail: None,
        icon: Icon::Folder,
        run: Callback::new(|()| ()),
    };
    let commands = Signal::derive(move || {
        let all = [
            ("users", "Screens", "Users"),
            ("roles", "Screens", "Role Definition"),
            ("new", "Actions", "New project"),
        ];
        let typed = query.get();
        let fits = |one: &(&str, &'static str, &str)| crate::search::matches(&typed, one.2);
        all.into_iter().filter(fits).map(command).collect::<Vec<_>>()
    });
    let undo = Callback::new(move |()| toasts.done("Brought back"));
    view! {
        <div class="row">
            <Button label="Open dialog" on_press=move |()| dialog.set(true) />
            <Button label="Delete role" kind=ButtonKind::Danger on_press=move |()| confirm.set(true) />
            <Button label="Open panel" on_press=move |()| panel.set(true) />
            <Button label="Open palette" on_press=move |()| finding.set(true) />
            <Button label="Show message" on_press=move |()| toasts.done_with_undo("Role deleted", undo) />
            <Button label="Show failure" on_press=move |()| toasts.failed("The role could not be deleted") />
            <Menu label="Actions of the role" entries />
            <Popover
                label="Filters"
                face=|| {
                    view! {
                        <IconView icon=Icon::Filter />
                        "Filters"
                    }
                }
            >
                <div class="column-picker">
                    <p>"Anything can stand in a popover."</p>
                </div>
            </Popover>
            <Palette open=finding query commands />
        </div>
        <Dialog title="Copy role" open=dialog size=DialogSize::Medium>
            <TextField label="Name of the copy" value=RwSignal::new("Project Manager 2".to_owned()) />
            <div class="dialog-actions">
                <Button label="Cancel" on_press=move |()| dialog.set(false) />
                <Button label="Copy role" kind=ButtonKind::Primary on_press=move |()| dialog.set(false) />
            </div>
        </Dialog>
        <ConfirmDialog
            title="Delete the role \"Auditor\"?"
            text="Nobody holds it. Its 14 grants are deleted with it."
            verb="Delete role"
            open=confirm
            on_confirm=move |()| confirm.set(false)
        />
        <Panel title="Apollo" open=panel on_close=move |()| panel.set(false)>
            <p>"A row of the list, opened beside it. Escape closes the panel."</p>
            <TextField label="Name" value=RwSignal::new("Apollo".to_owned()) />
        </Panel>
    }
}

pub(super) fn differences() -> impl IntoView {
    let fields = RwSignal::new(Vec::new());
    let open = move |()| {
        fields.set(vec![
            MergeField {
                key: "name",
                label: "Name".to_owned(),
                theirs: "Apollo II".to_owned(),
                mine: "Apollo 2026".to_owned(),
            },
            MergeField {
                key: "end",
                label: "End".to_owned(),
                theirs: "12 Mar 2027".to_owned(),
                mine: String::new(),
            },
        ]);
    };
    let change = |label: &str, before: Option<&str>, after: Option<&str>| Change {
        label: label.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    let changes = vec![
        change("Name", Some("Apollo"), Some("Apollo II")),
        change("Sponsor", None, Some("Eva Roth")),
        change("End", Some("31 Dec 2026"), None),
    ];
    view! {
        <Changes changes />
        <div class="row">
            <Button label="Open merge" on_press=open />
        </div>
        <MergeDialog fields on_merge=|_| () />
    }
}

pub(super) fn tabs() -> impl IntoView {
    let links = ["Home", "General", "Team", "History"];
    let links = links.into_iter().enumerate().map(|(index, label)| Tab {
        label: label.to_owned(),
        href: "/_gallery".to_owned(),
        current: Signal::stored(index == 1),
    });
    let chosen = RwSignal::new(0_usize);
    let names = vec!["Grants".to_owned(), "People".to_owned(), "Differences".to_owned()];
    let shown = Callback::new(|index: usize| view! { <p>{format!("Tab {}", index + 1)}</p> }.into_any());
    view! {
        <TabLinks label="Project" tabs=links.collect() />
        <div>
            <Tabs label="Role" tabs=names chosen content=shown />
        </div>
    }
}
