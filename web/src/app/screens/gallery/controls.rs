//! Buttons, fields, choices, and a form that checks and is refused.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use shared::{
    FieldProblem, Problem, ProblemCode, ViolationCode,
    check::{self, Violations},
};

use crate::{
    api::Failure,
    ui::{
        Button, ButtonKind, CheckState, Checkbox, Choice, FileField, Form, FormActions, FormState, Icon,
        IconButton, Link, LinkButton, MultiSelect, Person, PersonPicker, Radios, SearchSelect, SelectField,
        Switch, TextArea, TextField, TextKind, Toasts,
    },
};

pub(super) fn people() -> Vec<Person> {
    let person = |(id, name): (usize, &str)| Person {
        id: id.to_string(),
        name: name.to_owned(),
        detail: format!("{}@example.org", name.split(' ').next().unwrap_or_default().to_lowercase()),
    };
    let names = ["Ana López", "Bruno Díaz", "Carla Núñez", "David Kim", "Eva Roth", "Farid Aziz"];
    names.into_iter().enumerate().map(person).collect()
}

pub(super) fn actions() -> impl IntoView {
    let pressed = RwSignal::new(true);
    let nothing = |()| ();
    view! {
        <div class="row">
            <Button label="Add role" icon=Icon::Plus kind=ButtonKind::Primary on_press=nothing />
            <Button label="Copy" icon=Icon::Copy on_press=nothing />
            <Button label="Export" kind=ButtonKind::Quiet on_press=nothing />
            <Button label="Delete role" kind=ButtonKind::Danger on_press=nothing />
        </div>
        <div class="row">
            <Button label="Saving" kind=ButtonKind::Primary busy=true on_press=nothing />
            <Button label="Loading" busy=true on_press=nothing />
            <Button
                label="Delete role"
                reason=Some("4 people hold this role. Give them another one first.".to_owned())
                on_press=nothing
            />
            <LinkButton label="Open project" href="/_gallery" icon=Icon::Folder />
        </div>
        <div class="row">
            <IconButton label="Edit" icon=Icon::Edit on_press=nothing />
            <IconButton label="Remove" icon=Icon::Close small=true on_press=nothing />
            <IconButton
                label="Filters"
                icon=Icon::Filter
                pressed
                on_press=move |()| pressed.update(|pressed| *pressed = !*pressed)
            />
            <span>"A sentence with " <Link href="/_gallery">"a link"</Link> " in it."</span>
        </div>
    }
}

fn text(value: &str) -> RwSignal<String> {
    RwSignal::new(value.to_owned())
}

pub(super) fn fields() -> impl IntoView {
    let priorities = vec![(0_u8, "Low".to_owned()), (1, "Normal".to_owned()), (2, "High".to_owned())];
    let roles =
        ["Full Access", "Corporate Portfolio Access", "Project Manager", "Team Member", "Project Guest"];
    let roles: Vec<_> = roles.into_iter().map(|role| Choice::new(role, role)).collect();
    let chosen = RwSignal::new(people().into_iter().next());
    view! {
        <div class="cards">
            <TextField label="Name" value=text("Apollo") />
            <TextField label="Code" value=text("") optional=true help="Up to 20 characters, shown in lists." />
            <TextField
                label="E-mail"
                kind=TextKind::Email
                value=text("ana.example.org")
                error=Some("This does not have the right form.".to_owned())
            />
            <FileField label="File" accept=".csv,.xlsx" help="CSV or XLSX." on_choose=|_| () />
            <TextField label="Fixed" value=text("Set by the organization") disabled=true />
            <TextField label="Password" kind=TextKind::Password value=text("correct horse") autocomplete="new-password" />
            <TextField label="Seats" kind=TextKind::Number value=text("1,250") />
            <TextField label="Start" kind=TextKind::Date value=text("2026-11-22") />
            <SelectField label="Priority" value=RwSignal::new(1_u8) choices=priorities.clone() />
            <SelectField label="Priority, fixed" value=RwSignal::new(2_u8) choices=priorities disabled=true />
            <SearchSelect label="Role" value=RwSignal::new("Team Member") choices=roles.clone() />
            <MultiSelect label="Roles" value=RwSignal::new(vec!["Project Manager", "Team Member"]) choices=roles.clone() />
            <MultiSelect
                label="Roles, none"
                value=RwSignal::new(Vec::new())
                choices=roles
                error=Some("At least one is needed.".to_owned())
            />
            <PersonPicker label="Manager" value=chosen people=people() />
            <PersonPicker label="Sponsor" value=RwSignal::new(None) people=people() optional=true />
            <TextArea label="Description" value=text("Moves the archive to the new store.") optional=true />
        </div>
    }
}

pub(super) fn choices() -> impl IntoView {
    let checked = RwSignal::new([true, false, true]);
    let all = Signal::derive(move || {
        checked.with(|all| CheckState::of(all.iter().filter(|on| **on).count(), all.len()))
    });
    let boxes = move || {
        ["Insert", "Update", "Delete"]
            .into_iter()
            .enumerate()
            .map(|(index, label)| {
                let state = Signal::derive(move || {
                    checked.with(|all| CheckState::from(all.get(index).copied().unwrap_or_default()))
                });
                let change = move |on| {
                    checked.update(|all| {
                        if let Some(one) = all.get_mut(index) {
                            *one = on;
                        }
                    });
                };
                view! { <Checkbox label state on_change=change /> }
            })
            .collect_view()
    };
    let reach = vec![
        (
            0_u8,
            "The whole organization".to_owned(),
            Some("Sees every project, with or without a position.".to_owned()),
        ),
        (1, "Only with a position".to_owned(), None),
    ];
    view! {
        <div class="cards">
            <div class="stack-tight">
                <Checkbox label="All operations" state=all on_change=move |on| checked.set([on; 3]) />
                {boxes}
                <Checkbox
                    label="Not unlocked"
                    state=CheckState::Off
                    on_change=|_| ()
                    disabled=true
                    help="The licence type does not reach this far."
                />
                <Checkbox label="Always" state=CheckState::On on_change=|_| () disabled=true />
            </div>
            <div class="stack">
                <Switch
                    label="Default for new users"
                    value=RwSignal::new(true)
                    help="Exactly one role is the default."
                />
                <Switch label="No login" value=RwSignal::new(false) />
                <Switch label="Fixed" value=RwSignal::new(true) disabled=true />
            </div>
            <Radios legend="Reach" value=RwSignal::new(0_u8) choices=reach />
        </div>
    }
}

pub(super) fn form() -> impl IntoView {
    let (name, email) = (text(""), text("ana@example.org"));
    let state = FormState::new(
        move || {
            let mut violations = Violations::default();
            violations.add("/name", check::name(&name.get()));
            violations.add("/email", check::email(&email.get()));
            violations
        },
        // Leaving the gallery asks once something was typed here.
        move || !name.with(String::is_empty),
    );
    let toasts = Toasts::expect();
    // Stands in for the server: refuses one address, as the API would.
    let send = move || {
        let taken = email.get_untracked() == "ana@example.org";
        async move {
            TimeoutFuture::new(600).await;
            if taken {
                let error = FieldProblem {
                    pointer: "/email".to_owned(),
                    code: ViolationCode::NotUnique,
                    limit: None,
                    message: String::new(),
                };
                let problem = Problem { errors: vec![error], ..Problem::new(ProblemCode::Invalid) };
                return Err(Failure::Refused(Box::new(problem)));
            }
            toasts.done("Ana was added");
            Ok(())
        }
    };
    view! {
        <div class="measure">
            <Form state send>
                <div class="form-row">
                    <TextField label="Name" value=name pointer="/name" />
                    <TextField label="E-mail" value=email pointer="/email" kind=TextKind::Email />
                </div>
                <FormActions label="Add user" on_cancel=|()| () />
            </Form>
        </div>
    }
}
