//! The table, full and empty.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use shared::Page;

use crate::{
    api::{Failure, Paged},
    ui::{
        Badge, Button, ButtonKind, Column, EmptyState, FilterDate, FilterSelect, Icon, Link, PersonName,
        SearchBox, Selection, Table, Tone, UrlValue, url_value,
    },
};

const PROJECTS: [(&str, &str, &str, i64); 9] = [
    ("Apollo", "Ana López", "On track", 62),
    ("Archive move", "Bruno Díaz", "At risk", 35),
    ("Branch offices", "Carla Núñez", "On track", 80),
    ("Customer portal", "David Kim", "Late", 12),
    ("Data catalogue", "Eva Roth", "On track", 45),
    ("Energy audit", "Farid Aziz", "On track", 5),
    ("Fleet renewal", "Ana López", "At risk", 71),
    ("Ground station", "Bruno Díaz", "Late", 93),
    ("Harbour gate", "Carla Núñez", "On track", 28),
];
const PAGE: usize = 6;

#[derive(Debug, Clone)]
struct Row {
    name: &'static str,
    manager: &'static str,
    health: &'static str,
    progress: i64,
}

/// Stands in for the server: sorts, filters and pages as the API would.
async fn rows(
    after: Option<String>,
    sort: Option<String>,
    health: Option<String>,
) -> Result<Page<Row>, Failure> {
    TimeoutFuture::new(400).await;
    let start: usize = after.and_then(|after| after.parse().ok()).unwrap_or_default();
    let mut rows: Vec<Row> = PROJECTS
        .into_iter()
        .map(|(name, manager, health, progress)| Row { name, manager, health, progress })
        .filter(|row| health.as_ref().is_none_or(|health| row.health == health))
        .collect();
    match sort.as_deref() {
        Some("progress") => rows.sort_by_key(|row| row.progress),
        Some("-progress") => rows.sort_by_key(|row| -row.progress),
        Some("-name") => rows.reverse(),
        _ => {}
    }
    let total = i64::try_from(rows.len()).ok();
    let next = (start + PAGE < rows.len()).then(|| (start + PAGE).to_string());
    Ok(Page { items: rows.into_iter().skip(start).take(PAGE).collect(), next, total })
}

pub(super) fn table() -> impl IntoView {
    let (sort, shown, health) = (url_value("sort"), url_value("columns"), url_value("health"));
    let list = Paged::new(move |after| rows(after, sort.get(), health.get()));
    let healths = || {
        let choice = |health: &str| (Some(health.to_owned()), health.to_owned());
        vec![(None, "All".to_owned()), choice("On track"), choice("At risk"), choice("Late")]
    };
    let health_filter = move || {
        view! {
            <FilterSelect
                label="Health"
                value=Signal::derive(move || health.get())
                choices=healths()
                on_change=move |chosen| health.set(chosen)
            />
        }
    };
    let tone = |health: &str| match health {
        "On track" => Tone::Good,
        "At risk" => Tone::Warning,
        _ => Tone::Bad,
    };
    let columns = vec![
        Column::new("name", "Name", |row: Row| view! { <Link href="/_gallery">{row.name}</Link> })
            .sorted_by("name"),
        Column::new("manager", "Manager", |row: Row| view! { <PersonName name=row.manager /> })
            .filtered_by(|| view! { <FilterDate label="Managed since" value=UrlValue::in_memory() /> }),
        Column::new("health", "Health", move |row: Row| {
            view! { <Badge label=row.health tone=tone(row.health) dot=true /> }
        })
        .filtered_by(health_filter),
        Column::new("progress", "Progress", |row: Row| format!("{} %", row.progress))
            .sorted_by("progress")
            .numeric(),
        Column::new("letters", "Letters", |row: Row| row.name.len()).numeric().unusual(),
    ];
    let ticked = Selection::of(list, |row: &Row| row.name.to_owned(), |row: &Row| row.name.to_owned());
    let none = Paged::new(|_| async {
        Ok::<Page<Row>, Failure>(Page { items: Vec::new(), next: None, total: Some(0) })
    });
    let broken = Paged::new(|_| async { Err::<Page<Row>, Failure>(Failure::Unreachable) });
    let plain = || vec![Column::new("name", "Name", |row: Row| row.name)];
    view! {
        <Table
            label="Projects"
            columns
            list
            key=|row: &Row| row.name.to_owned()
            sort
            shown
            toolbar=|| view! { <SearchBox label="Search projects" value=UrlValue::in_memory() /> }
            filtered=Signal::derive(move || health.is_set())
            on_clear=move |()| health.set(None)
            on_open=|_: Row| ()
            current=Signal::stored(Some("Branch offices".to_owned()))
            selection=Some(ticked)
            bulk=|| view! { <Button label="Archive" on_press=|()| () /> }
            empty=|| ()
        />
        <Table
            label="Projects, none"
            columns=plain()
            list=none
            key=|row: &Row| row.name.to_owned()
            empty=|| {
                view! {
                    <EmptyState icon=Icon::Folder title="No projects yet" text="Add the first one to begin.">
                        <Button label="Add project" kind=ButtonKind::Primary on_press=|()| () />
                    </EmptyState>
                }
            }
        />
        <Table
            label="Projects, not loaded"
            columns=plain()
            list=broken
            key=|row: &Row| row.name.to_owned()
            empty=|| ()
        />
    }
}
