//! What the person asked to be kept on this device: one text in IndexedDB. Nothing is made unless it is written.
//!
//! One tab keeps it, the one that began last: a tab that finds another's name beside the text writes no more,
//! so that two tabs never overwrite each other.

use super::error::BrowserError;
use js_sys::Promise;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransactionMode};

const DATABASE: &str = "headway";
const STORE: &str = "kept";
const KEY: &str = "list";
/// Which tab keeps the text.
const KEEPER: &str = "keeper";

/// What was kept, if anything was; this tab keeps it from now on.
///
/// # Errors
/// Where the browser will not say.
pub async fn read(tab: &str) -> Result<Option<String>, BrowserError> {
    let Some(database) = open(false).await? else { return Ok(None) };
    let kept = with_store(&database, async |store| {
        answered(&store.put_with_key(&tab.into(), &KEEPER.into())?).await?;
        answered(&store.get(&KEY.into())?).await
    });
    Ok(kept.await?.as_string())
}

/// Has this tab keep the text from now on, whichever kept it before.
///
/// # Errors
/// Where the browser has no room, or keeps nothing in a private window.
pub async fn take_over(tab: &str) -> Result<(), BrowserError> {
    let Some(database) = open(true).await? else { return Ok(()) };
    let taken = with_store(&database, async |store| answered(&store.put_with_key(&tab.into(), &KEEPER.into())?).await);
    taken.await.map(|_| ())
}

/// Keeps a text in place of the one before; whether this tab is still the one that keeps it.
///
/// # Errors
/// Where the browser has no room.
pub async fn write(tab: &str, text: &str) -> Result<bool, BrowserError> {
    let Some(database) = open(false).await? else { return Ok(false) };
    let written = with_store(&database, async |store| {
        let keeper = answered(&store.get(&KEEPER.into())?).await?;
        if keeper.as_string().as_deref() != Some(tab) {
            return Ok(false);
        }
        answered(&store.put_with_key(&text.into(), &KEY.into())?).await.map(|_| true)
    });
    written.await
}

/// Does something with the store, and waits until it is on the device: a browser without room
/// takes what it is given and calls all of it off in the end.
async fn with_store<T>(
    database: &IdbDatabase,
    work: impl AsyncFnOnce(&IdbObjectStore) -> Result<T, BrowserError>,
) -> Result<T, BrowserError> {
    let transaction = database.transaction_with_str_and_mode(STORE, IdbTransactionMode::Readwrite)?;
    let end = JsFuture::from(Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    }));
    let done = work(&transaction.object_store(STORE)?).await;
    // It is closed once the work has come to its end.
    database.close();
    let done = done?;
    let called_off = |event| BrowserError::from(transaction.error().map_or(event, JsValue::from));
    end.await.map(|_| done).map_err(called_off)
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
