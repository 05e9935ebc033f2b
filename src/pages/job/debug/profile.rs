//! A profile of a step as a small table: the functions that took most, each with its share as a bar.

use domain::profile::FunctionCost;
use inquiry::debug::ProfileShown;
use leptos::prelude::*;

#[component]
pub(in crate::pages::job) fn Functions(shown: ProfileShown) -> impl IntoView {
    let ProfileShown { title, profile, .. } = shown;
    let whole = profile.words(profile.total);
    let row = |it: &FunctionCost| {
        let width = format!("{:.2}%", profile.share(it.own) * 100.0);
        view! {
            <tr>
                <th scope="row">{it.name.clone()}</th>
                <td>
                    <span class="prof-track" aria-hidden="true">
                        <i style:width=width></i>
                    </span>
                    {profile.share_words(it.own)}
                </td>
                <td>{profile.words(it.own)}</td>
                <td>{profile.words(it.total)}</td>
            </tr>
        }
    };
    let rows = profile.functions.iter().map(row).collect_view();
    view! {
        <table class="prof">
            <caption>{format!("{title}: {whole} in all")}</caption>
            <thead>
                <tr>
                    <th scope="col">{"Function"}</th>
                    <th scope="col">{"Share"}</th>
                    <th scope="col">{"Itself"}</th>
                    <th scope="col">{"With what it calls"}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
