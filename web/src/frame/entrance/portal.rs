//! The picture beside the sign-in: a row of arches that leads to the light. Drawn, so that it weighs nothing.

use leptos::prelude::*;

/// One arch, around the point to which all lines lead.
const ARCH: &str = "M84 820V300a216 216 0 0 1 432 0v520z";
/// How large each is, from the nearest to the farthest.
const SIZES: [f64; 8] = [1.52, 1.17, 0.9, 0.69, 0.53, 0.405, 0.31, 0.236];

#[component]
pub(super) fn Portal() -> impl IntoView {
    let arch = |(index, size): (usize, f64)| {
        let last = index + 1 == SIZES.len();
        view! {
            <path
                class=if last { "portal-door" } else { "portal-arch" }
                d=ARCH
                transform=format!("translate(300 500) scale({size}) translate(-300 -500)")
            ></path>
        }
    };
    view! {
        <svg class="portal" viewBox="0 0 600 900" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">
            <defs>
                <linearGradient id="portal-light" x1="0" y1="0" x2="0" y2="1">
                    <stop class="portal-light-near" offset="0"></stop>
                    <stop class="portal-light-far" offset="1"></stop>
                </linearGradient>
            </defs>
            {SIZES.into_iter().enumerate().map(arch).collect_view()}
            <path class="portal-floor" d="M249 575.5H351L560 900H40z"></path>
        </svg>
    }
}
