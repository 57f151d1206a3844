//! What the person asked to be kept on this device: one text in IndexedDB. Nothing is made unless it is written.

use super::error::BrowserError;
use js_sys::Promise;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbRequest, IdbTransactionMode};

const DATABASE: &str = "headway";
const STORE: &str = "kept";
const KEY: &str = "list";

/// What was kept, if anything was.
///
/// # Errors
/// Where the browser will not say.
pub async fn read() -> Result<Option<String>, BrowserError> {
    let Some(database) = open(false).await? else { return Ok(None) };
    let store = database.transaction_with_str(STORE)?.object_store(STORE)?;
    let kept = answered(&store.get(&KEY.into())?).await;
    database.close();
    Ok(kept?.as_string())
}

/// Keeps a text in place of the one before.
///
/// # Errors
/// Where the browser has no room, or keeps nothing in a private window.
pub async fn write(text: &str) -> Result<(), BrowserError> {
    let Some(database) = open(true).await? else { return Ok(()) };
    let transaction = database.transaction_with_str_and_mode(STORE, IdbTransactionMode::Readwrite)?;
    let written = answered(&transaction.object_store(STORE)?.put_with_key(&text.into(), &KEY.into())?).await;
    database.close();
    written.map(|_| ())
}

/// Forgets all that was kept, the place it was kept in as well.
///
/// # Errors
/// Where the browser will not.
pub async fn forget() -> Result<(), BrowserError> {
    let request: IdbRequest = factory()?.delete_database(DATABASE)?.into();
    answered(&request).await.map(|_| ())
}

fn factory() -> Result<IdbFactory, BrowserError> {
    let none = || BrowserError::from(JsValue::from("this browser keeps nothing for pages"));
    web_sys::window().ok_or_else(none)?.indexed_db()?.ok_or_else(none)
}

/// Opens the place, which the browser makes on the way where there is none: then it is unmade unless wanted.
async fn open(make: bool) -> Result<Option<IdbDatabase>, BrowserError> {
    let request = factory()?.open(DATABASE)?;
    let asking = request.clone();
    let on_new = Closure::once(move || made(&asking, make));
    request.set_onupgradeneeded(Some(on_new.as_ref().unchecked_ref()));
    match answered(&request).await {
        Ok(database) => Ok(Some(database.unchecked_into())),
        // The browser's word for an opening that was called off.
        Err(error) if !make && error.to_string().starts_with("AbortError") => Ok(None),
        Err(error) => Err(error),
    }
}

fn made(request: &IdbOpenDbRequest, make: bool) {
    // Both fail only outside of this very event.
    if make {
        let database: Option<IdbDatabase> = request.result().ok().map(JsCast::unchecked_into);
        let _ = database.map(|database| database.create_object_store(STORE));
    } else if let Some(transaction) = request.transaction() {
        let _ = transaction.abort();
    }
}

async fn answered(request: &IdbRequest) -> Result<JsValue, BrowserError> {
    let answer = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(answer).await {
        Ok(_) => Ok(request.result()?),
        Err(event) => {
            // An error nobody stops goes up to the page as a fault of its own.
            if let Some(event) = event.dyn_ref::<web_sys::Event>() {
                event.prevent_default();
            }
            Err(request.error().ok().flatten().map_or(event, JsValue::from).into())
        }
    }
}
