//! A chain of links, each of which holds or is missing, and what they come to.

use leptos::prelude::*;

use super::{Icon, IconView};
use crate::locales::explain as t;

/// How a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// It holds.
    Holds,
    /// It is missing.
    Missing,
    /// It was not asked, since others decide.
    NotAsked,
}

impl LinkState {
    /// Holds or is missing.
    pub const fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Missing }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Holds => "chain-holds",
            Self::Missing => "chain-missing",
            Self::NotAsked => "chain-not-asked",
        }
    }

    const fn icon(self) -> Icon {
        match self {
            Self::Holds => Icon::Check,
            Self::Missing => Icon::Close,
            Self::NotAsked => Icon::Minus,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Holds => t::passed(),
            Self::Missing => t::failed(),
            Self::NotAsked => t::skipped(),
        }
    }
}

/// One link, with those that it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainLink {
    /// How it stands.
    pub state: LinkState,
    /// What it says.
    pub text: String,
    /// More about it.
    pub detail: Option<String>,
    /// The links within it.
    pub parts: Vec<(LinkState, String)>,
}

impl ChainLink {
    /// A link of one sentence.
    pub fn new(state: LinkState, text: impl Into<String>) -> Self {
        Self { state, text: text.into(), detail: None, parts: Vec::new() }
    }

    /// With a sentence more.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// With what it is made of.
    #[must_use]
    pub fn with_parts(self, parts: Vec<(LinkState, String)>) -> Self {
        Self { parts, ..self }
    }
}

/// The links from top to bottom. Marks are said in words too.
#[component]
pub fn Chain(
    /// What the chain is about; read out.
    #[prop(into)]
    label: String,
    /// The links.
    links: Vec<ChainLink>,
) -> impl IntoView {
    let part = |(state, text): (LinkState, String)| {
        view! {
            <li class=format!("chain-part {}", state.class())>
                <IconView icon=state.icon() />
                <span>{text} <span class="visually-hidden">{format!(" ({})", state.words())}</span></span>
            </li>
        }
    };
    let link = move |ChainLink { state, text, detail, parts }: ChainLink| {
        view! {
            <li class=format!("chain-link {}", state.class())>
                <span class="chain-mark" aria-hidden="true"><IconView icon=state.icon() /></span>
                <div class="chain-text">
                    <p class="chain-title">
                        {text} <span class="visually-hidden">{format!(" ({})", state.words())}</span>
                    </p>
                    {detail.map(|detail| view! { <p class="chain-detail">{detail}</p> })}
                    {(!parts.is_empty())
                        .then(|| view! { <ul class="chain-parts">{parts.into_iter().map(part).collect_view()}</ul> })}
                </div>
            </li>
        }
    };
    view! { <ol class="chain" aria-label=label>{links.into_iter().map(link).collect_view()}</ol> }
}
