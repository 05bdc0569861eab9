"use strict";
const $ = (id) => document.getElementById(id);
const STATUSES = ["active", "investigating", "escalated", "resolved", "false_positive"];
const PAGE = 20;
let key = sessionStorage.getItem("aegis.key") || "";
let since = null;
let cursor = null;
let pause = 500;
let noticeTimer;
let reloadTimer;

/** Text is only ever set as text: nothing that a camera or a caller wrote becomes markup. */
function make(tag, attributes = {}, ...children) {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children);
  return element;
}

function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { $("notice").hidden = true; }, 6000);
}

function askForKey(refusal) {
  $("door").hidden = false;
  $("refusal").textContent = refusal;
  $("key").focus();
}

async function call(path, options = {}) {
  const headers = { ...options.headers, ...(key && { "X-API-Key": key }) };
  const answer = await fetch(path, { ...options, headers });
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => ({}));
  const error = new Error(body.error?.message || `The server answered ${answer.status}`);
  error.isKey = answer.status === 401;
  throw error;
}

async function attempt(work) {
  try {
    await work();
  } catch (error) {
    if (error.isKey) askForKey(error.message);
    else notice(error.message);
  }
}

async function send(path, body, done) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
  const answer = await call(path, { method: "POST", headers, body: JSON.stringify(body) });
  done(await answer.json());
  reloadSoon();
}

/** A button that cannot be pressed twice while its work is under way. */
function button(text, work, attributes = {}) {
  const pressed = make("button", { type: "button", ...attributes }, text);
  pressed.onclick = async () => {
    pressed.disabled = true;
    await attempt(work);
    pressed.disabled = false;
  };
  return pressed;
}

async function showEvidence(image, path) {
  const url = URL.createObjectURL(await (await call(path)).blob());
  image.onload = () => URL.revokeObjectURL(url);
  image.src = url;
}

function showIncident(incident) {
  const image = make("img", { alt: `Picture of ${incident.id}`, loading: "lazy" });
  if (incident.evidence_path) attempt(() => showEvidence(image, incident.evidence_path));
  const statuses = STATUSES.map((status) => {
    const set = () => send(`/api/incidents/${incident.id}/status`, { status }, () => {});
    const shown = button(status.replace("_", " "), set);
    shown.ariaPressed = String(status === incident.status);
    return shown;
  });
  const actions = incident.response_plan.map((step) => {
    const body = { action_type: step.action, incident_id: incident.id, parameters: step.parameters };
    const run = () => send("/api/actions/execute", body, (done) =>
      notice(`${step.action}: ${done.status}${done.result.simulated ? " (simulated, nobody was told)" : ""}`));
    return button(step.action.replaceAll("_", " "), run, { title: step.reasoning });
  });
  const taken = incident.actions_taken.map((it) => `${it.action.replaceAll("_", " ")}: ${it.status}`);
  const where = [incident.camera_id, new Date(incident.timestamp).toLocaleString(), `${incident.frame_count} frames`];
  return make("article", { className: incident.severity },
    image,
    make("div", {},
      make("h3", {}, `${(incident.subtype || incident.type).replaceAll("_", " ")} `,
        make("span", { className: "severity" }, incident.severity), ` ${Math.round(incident.confidence)} %`),
      make("p", { className: "quiet" }, [incident.id, ...where].filter(Boolean).join(" · ")),
      make("p", {}, incident.reasoning),
      make("div", { className: "row", role: "group", ariaLabel: "Status" }, ...statuses),
      make("div", { className: "row", role: "group", ariaLabel: "Recommended actions" }, ...actions),
      make("p", { className: "quiet" }, taken.join(" · "))));
}

async function load(next = null) {
  const query = new URLSearchParams({ limit: PAGE });
  if ($("filter").value) query.set("status", $("filter").value);
  if (next) query.set("cursor", next);
  const page = await (await call(`/api/incidents?${query}`)).json();
  const shown = page.incidents.map(showIncident);
  if (next) $("incidents").append(...shown);
  else $("incidents").replaceChildren(...shown);
  cursor = page.pagination.next_cursor;
  $("more").hidden = !cursor;
  $("empty").hidden = page.total > 0;
  const stats = await (await call("/api/stats")).json();
  $("figures").textContent = `${stats.open_incidents} open · ${stats.incidents_today} today · ${stats.frames_analyzed} frames`;
  $("door").hidden = true;
}

function reloadSoon() {
  clearTimeout(reloadTimer);
  reloadTimer = setTimeout(() => attempt(load), 300);
}

function tell(message) {
  const { type, data } = message;
  const words = {
    incident_created: () => `${data.id}: ${data.subtype || data.type}, ${data.severity}`,
    incident_updated: () => `${data.id}: ${data.status}`,
    error: () => data.message,
  }[type];
  if (type === "system_status") {
    $("health").textContent = data.status;
    $("health").className = `pill ${data.status === "healthy" ? "" : "bad"}`;
    $("health").title = Object.entries(data.components).map((it) => it.join(": ")).join(", ");
  }
  if (!words) return;
  const time = new Date(message.timestamp).toLocaleTimeString();
  $("live").prepend(make("li", { className: data.severity || "" },
    make("span", { className: "quiet" }, `${time} `), words()));
  while ($("live").children.length > 50) $("live").lastChild.remove();
  reloadSoon();
}

function listen() {
  const query = new URLSearchParams({ types: "incident_created,incident_updated,system_status" });
  if (since !== null) query.set("since", since);
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const address = `${scheme}://${location.host}/ws/analysis?`;
  let socket;
  try {
    socket = new WebSocket(address + query, key ? ["aegis", `aegis.key.${key}`] : []);
  } catch { // The key has characters that a subprotocol may not have.
    query.set("api_key", key);
    socket = new WebSocket(address + query);
  }
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    pause = 500;
    since = Math.max(since ?? 0, message.seq);
    tell(message);
  };
  socket.onclose = (event) => {
    $("health").textContent = "disconnected";
    $("health").className = "pill bad";
    if (event.code === 4401) return;
    setTimeout(listen, pause);
    pause = Math.min(2 * pause, 15000);
  };
}

$("door").onsubmit = (event) => {
  event.preventDefault();
  key = $("key").value;
  sessionStorage.setItem("aegis.key", key);
  start();
};
$("filter").onchange = () => attempt(load);
$("more").onclick = () => attempt(() => load(cursor));

function start() {
  attempt(load);
  listen();
}
start();
