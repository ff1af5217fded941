//! What a request is about: who asks, what is there, and the copy.

use leptos::prelude::*;
use shared::console::{ClientRequest, ClientRequestKind, ErasurePreview, Package, TableCount};

use super::{
    next::{Next, is_moving},
    words,
};
use crate::{
    locale,
    locales::{console_requests as t, request_states as scope_texts},
    ui::Section,
    words::{ago, bytes},
};

/// One fact of a list of them.
pub(super) fn fact(label: &'static str, value: impl IntoView + 'static) -> AnyView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

/// A value of figures, all of one width.
pub(super) fn numeric(text: String) -> AnyView {
    view! { <span class="numeric">{text}</span> }.into_any()
}

/// Who asks for what.
pub(super) fn facts(request: &ClientRequest) -> impl IntoView + use<> {
    let name = request.name.clone().unwrap_or_else(|| t::gone().to_owned());
    let slug = request.slug.clone().map(|slug| fact(t::slug(), view! { <code>{slug}</code> }));
    let projects = (!request.projects.is_empty())
        .then(|| fact(scope_texts::projects(), words::list(request.projects.clone())));
    view! {
        <dl class="audit-facts">
            {fact(t::organization(), name)} {slug}
            {fact(t::organization_id(), view! { <code>{request.organization.to_string()}</code> })}
            {fact(t::requester(), request.requester.clone())}
            {fact(t::recipient(), view! { <code>{request.recipient.clone()}</code> })} {projects}
        </dl>
    }
}

/// What is there, as the worker has counted it.
pub(super) fn preview(request: &ClientRequest) -> impl IntoView + use<> {
    let title = match request.kind {
        ClientRequestKind::Copy => t::preview_copy(),
        ClientRequestKind::Erasure | ClientRequestKind::ProjectErasure
            if request.execution.erased_at.is_some() =>
        {
            t::preview_erased()
        }
        ClientRequestKind::Erasure | ClientRequestKind::ProjectErasure => t::preview_erasure(),
    };
    let content = match &request.preview {
        Some(preview) => counted(preview, request.kind).into_any(),
        // Nobody counts any more for what was refused before.
        None if is_moving(request) && request.execution.failure.is_none() => {
            view! { <p class="muted">{t::counting()}</p> }.into_any()
        }
        None => return ().into_any(),
    };
    view! { <Section title=title>{content}</Section> }.into_any()
}

fn counted(preview: &ErasurePreview, kind: ClientRequestKind) -> impl IntoView + use<> {
    let files =
        t::bytes_of_files(&t::files(words::whole(preview.files)), &bytes(words::whole(preview.file_bytes)));
    // A copy leaves backups alone.
    let sets = kind.erases().then(|| fact(t::sets(), numeric(t::sets_value(&words::count(preview.sets)))));
    view! {
        <dl class="audit-facts">
            {fact(t::rows(), rows_of(&preview.tables))} {fact(t::files_label(), numeric(files))} {sets}
        </dl>
        {tables(&preview.tables)}
        <p class="muted numeric" data-tooltip=locale::instant(preview.at)>
            {t::counted(&ago(preview.at))}
        </p>
    }
}

fn rows_of(tables: &[TableCount]) -> AnyView {
    if tables.is_empty() {
        return t::empty_preview().into_any();
    }
    let number = i64::try_from(tables.len()).unwrap_or(i64::MAX);
    numeric(t::rows_of_tables(&words::count(words::rows(tables)), &t::all_tables(number)))
}

/// Each table with its rows, once somebody wants to see them.
pub(super) fn tables(tables: &[TableCount]) -> impl IntoView + use<> {
    let line = |count: &TableCount| {
        view! {
            <tr>
                <th scope="row" class="mono">
                    {count.table.clone()}
                </th>
                <td class="numeric">{words::count(count.rows)}</td>
            </tr>
        }
    };
    let lines = tables.iter().map(line).collect_view();
    (!tables.is_empty()).then(|| {
        view! {
            <details class="request-tables">
                <summary>{t::all_tables(i64::try_from(tables.len()).unwrap_or(i64::MAX))}</summary>
                <table>
                    <thead class="visually-hidden">
                        <tr>
                            <th scope="col">{t::table()}</th>
                            <th scope="col">{t::rows()}</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </details>
        }
    })
}

/// The copy, where there is one or was.
pub(super) fn package(request: &ClientRequest) -> impl IntoView + use<> {
    // Before it is executed, nobody asks for it yet.
    let is_made_next = Next::of(request) == Next::Worker;
    let Some(package) = &request.package else {
        return is_made_next
            .then(|| {
                view! {
                    <Section title=t::package()>
                        <p class="muted">{t::not_yet()}</p>
                    </Section>
                }
            })
            .into_any();
    };
    let facts = package_facts(package);
    view! { <Section title=t::package() text=t::package_text()>{facts}</Section> }.into_any()
}

fn package_facts(package: &Package) -> impl IntoView + use<> {
    let taken = package.taken_at.map_or_else(|| t::not_taken().to_owned(), locale::instant);
    let link = package.link_until.map(|until| fact(t::link_until(), numeric(locale::instant(until))));
    let kept = match package.removed_at {
        Some(removed) => fact(t::removed(), numeric(locale::instant(removed))),
        None => fact(t::kept_until(), numeric(locale::instant(package.kept_until))),
    };
    view! {
        <dl class="audit-facts">
            {fact(t::made(), numeric(locale::instant(package.made_at)))}
            {fact(t::size(), numeric(bytes(words::whole(package.bytes))))}
            {fact(t::rows(), numeric(words::count(package.rows)))}
            {fact(t::files_label(), numeric(words::count(package.files)))}
            {fact(t::checksum(), view! { <code class="mono">{package.hash.clone()}</code> })} {kept}
            {fact(t::taken(), numeric(taken))} {link}
        </dl>
    }
}
