//! The parts that screens are made of. Each stands here once, and in every state at `/_gallery`.
//!
//! What a person with a screen reader needs is required by type: nothing can be made without its label. Looks come
//! from `styles/` alone; nothing here sets a style.

mod async_view;
mod avatar;
mod badge;
mod button;
mod chain;
mod choice;
mod combobox;
mod dialog;
mod diff;
mod empty;
mod field;
mod filter_date;
mod form;
mod icon;
mod menu;
mod notice;
mod page;
mod palette;
mod panel;
mod picker;
mod popover;
mod progress;
mod search_select;
mod section;
mod select;
mod skeleton;
mod table;
mod tabs;
mod text_field;
mod toast;
mod tooltip;
mod why;

pub use async_view::AsyncView;
pub use avatar::{Avatar, PersonName};
pub use badge::{Badge, Tone};
pub use button::{Button, ButtonKind, IconButton, Link, LinkButton, SubmitButton};
pub use chain::{Chain, ChainLink, LinkState};
pub use choice::{CheckState, Checkbox, Radios, Switch};
pub use dialog::{ConfirmDialog, Dialog, DialogSize};
pub use diff::{Change, Changes, MergeDialog, MergeField, Side};
pub use empty::EmptyState;
pub use field::unique_id;
pub use filter_date::FilterDate;
pub use form::{FieldError, Form, FormActions, FormState};
pub use icon::{Icon, IconView, Mark};
pub use menu::{Menu, MenuEntry};
pub use notice::{FailureNotice, Notice};
pub use page::{Arrivals, Crumb, Page};
pub use palette::{Command, Palette};
pub use panel::Panel;
pub use picker::{Choice, MultiSelect, Person, PersonPicker};
pub use popover::Popover;
pub use progress::Progress;
pub use search_select::SearchSelect;
pub use section::Section;
pub use select::{FilterSelect, SelectField};
pub use skeleton::{Skeleton, SkeletonTable, SkeletonText};
pub use table::{Align, Column, Density, SearchBox, Table, UrlValue, url_value};
pub use tabs::{Tab, TabLinks, Tabs};
pub use text_field::{TextArea, TextField, TextKind};
pub use toast::{ToastKind, Toasts, ToastsView};
pub use tooltip::TooltipLayer;
pub use why::{ExplanationView, Why};
