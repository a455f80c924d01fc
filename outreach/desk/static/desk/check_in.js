// Slips are queued here first, then sent: a lost network, a closed page or a second try loses none and doubles none.
// What is kept on this device: a key, a booking's number, a time; after a refusal, words that name nobody.
"use strict";
const $ = (id) => document.getElementById(id);
const room = $("scan"), state = $("state"), field = $("reference");
const AGAIN = 3000; // milliseconds in which one slip before the camera is one slip
const DAMM = ["0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017", "9438617205", "2581436790"];

// --- the queue --------------------------------------------------------------------------------------------------
const opened = new Promise((resolve, reject) => {
  const asked = indexedDB.open("check-in", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("scans", { keyPath: "key" });
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});
async function store(mode, act) {
  const transaction = (await opened).transaction("scans", mode), asked = act(transaction.objectStore("scans"));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}
const all = () => store("readonly", (scans) => scans.getAll());
const put = (scan) => store("readwrite", (scans) => scans.put(scan));
const drop = (key) => store("readwrite", (scans) => scans.delete(key));

// --- reading ----------------------------------------------------------------------------------------------------
const digits = (text) => text.normalize("NFKC").replace(/[^0-9]/g, "");
const right = (number) => number.length === 8 && [...number].reduce((row, digit) => Number(DAMM[row][digit]), 0) === 0;
const newKey = () => { // randomUUID is only there over https
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};
let last = { number: "", at: 0 };
async function take(text) {
  const number = digits(text), now = Date.now(), wrong = !right(number);
  $("reference-error").hidden = !wrong;
  field.toggleAttribute("aria-invalid", wrong);
  if (wrong || (number === last.number && now - last.at < AGAIN)) return;
  last = { number, at: now };
  const scan = { key: newKey(), reference: number, at: new Date(now).toISOString() };
  await put(scan);
  show(scan, room.dataset.kept);
  send();
}
$("scan").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = field.value;
  field.value = "";
  await take(text);
  field.focus();
});

// --- showing ----------------------------------------------------------------------------------------------------
const clock = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
function line(kind, scan) {
  const made = $(kind).content.firstElementChild.cloneNode(true);
  made.querySelector(".code").textContent = `····-${scan.reference.slice(-4)}`;
  made.querySelector(".unit").textContent = clock(scan.at);
  return made;
}
const lines = new Map();
function show(scan, words) {
  let made = lines.get(scan.key);
  if (!made) {
    lines.set(scan.key, made = line("line", scan));
    $("scans").prepend(made);
    $("none").hidden = true;
  }
  made.querySelector(".tag").textContent = words;
  return made;
}
function showConflict(scan) {
  const made = line("conflict", scan), box = $("conflicts");
  made.querySelector("small").textContent = scan.words;
  made.querySelector("button").addEventListener("click", async () => {
    await drop(scan.key);
    made.remove();
    box.hidden = !box.querySelector("li");
  });
  box.querySelector("ul").append(made);
  box.hidden = false;
}
async function tell(trouble) {
  const count = (await all()).filter((scan) => !scan.words).length, said = state.dataset;
  const net = trouble || (navigator.onLine ? said.online : said.offline);
  state.textContent = count ? `${net}　${said.waiting} ${count}${said.unit}` : net;
}

// --- sending ----------------------------------------------------------------------------------------------------
let sending = false;
async function send() {
  if (sending) return;
  sending = true;
  let trouble = "";
  try {
    for (let more = true; more && !trouble;) {
      const waiting = (await all()).filter((scan) => !scan.words).slice(0, 50);
      if (!(more = waiting.length > 0)) break;
      trouble = await sendSome(waiting);
    }
  } catch { /* no network: the next scan, minute or signal tries again */ }
  sending = false;
  await tell(trouble);
}
async function sendSome(scans) {
  const token = (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1] || "";
  const body = JSON.stringify({ now: new Date().toISOString(), scans: scans.map(({ key, reference, at }) => ({ key, reference, at })) });
  const answer = await fetch(room.dataset.scans, { method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRFToken": token } });
  $("sign-in").hidden = !answer.redirected;
  if (answer.redirected) return state.dataset.signedOut;
  if (!answer.ok) return state.dataset.refused;
  const told = new Map((await answer.json()).scans.map((one) => [one.key, one]));
  for (const scan of scans) {
    const one = told.get(scan.key);
    if (!one) return state.dataset.refused;
    show(scan, one.words);
    if (one.fine) await drop(scan.key);
    else {
      scan.words = one.words;
      await put(scan);
      showConflict(scan);
    }
  }
  return "";
}
addEventListener("online", send);
addEventListener("offline", () => tell(""));
setInterval(send, 30000);

// --- the camera, where the browser itself reads codes -------------------------------------------------------------
async function look(stream) {
  const reader = new BarcodeDetector({ formats: ["qr_code"] }), picture = $("picture");
  picture.srcObject = stream;
  picture.hidden = false;
  await picture.play();
  while (!picture.hidden) {
    for (const code of await reader.detect(picture).catch(() => [])) await take(code.rawValue);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
if ("BarcodeDetector" in window && navigator.mediaDevices) {
  $("camera").hidden = false;
  $("camera").addEventListener("click", async () => {
    if (!$("picture").hidden) return void ($("picture").hidden = true);
    let stream;
    $("no-camera").hidden = true;
    $("camera").disabled = true; // until it is asked for and open, or refused
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      $("camera").disabled = false;
      await look(stream);
    } catch {
      $("no-camera").hidden = Boolean(stream);
      field.focus();
    } finally {
      $("camera").disabled = false;
      $("picture").hidden = true;
      for (const track of stream ? stream.getTracks() : []) track.stop(); // the light goes out, whatever went wrong
    }
  });
}

// --- at the start -----------------------------------------------------------------------------------------------
if ("serviceWorker" in navigator) navigator.serviceWorker.register(room.dataset.worker).catch(() => {});
$("scan").hidden = false;
field.focus();
all().then((kept) => {
  for (const scan of kept) scan.words ? showConflict(scan) : show(scan, room.dataset.kept);
  send();
});
