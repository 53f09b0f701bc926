// Keeps a page true while it is open: events of the appliance make the live parts fetch themselves anew.

const GATHER_MS = 250;
const lost = document.getElementById('lost');
const dialog = document.getElementById('dialog');

let pending;
/** Many events in one moment are one refresh: a whole rack that is powered on must not be hundreds of requests. */
function news() {
  pending ??= setTimeout(() => {
    pending = undefined;
    document.body.dispatchEvent(new CustomEvent('hearth-news'));
  }, GATHER_MS);
}

function follow() {
  const source = new EventSource('/api/v1/events/stream');
  source.onopen = () => {
    if (lost !== null) lost.hidden = true;
    // What happened while the connection was away.
    news();
  };
  source.onmessage = news;
  source.onerror = () => {
    if (lost !== null) lost.hidden = false;
    if (source.readyState !== EventSource.CLOSED) return;
    // A refused stream is not tried again by the browser: the session has ended, or too many are open.
    void fetch('/api/v1/session')
      .then(({ status }) => {
        if (status === 401) location.assign('/signin');
      })
      .catch(() => undefined);
    setTimeout(follow, 5000);
  };
}

const UNITS = [
  ['d', 86400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
];

function age(since) {
  let rest = Math.max(0, Math.round((Date.now() - since) / 1000));
  const first = UNITS.findIndex(([, size]) => rest >= size);
  if (first < 0) return '0 s';
  return UNITS.slice(first, first + 2)
    .flatMap(([unit, size]) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      return count === 0 ? [] : [`${count} ${unit}`];
    })
    .join(' ');
}

function tick() {
  for (const time of document.querySelectorAll('time[data-since]')) {
    time.textContent = age(Number(time.dataset.since));
  }
}

if (dialog !== null) {
  follow();
  setInterval(tick, 1000);
  document.body.addEventListener('htmx:after:swap', () => {
    if (dialog.childElementCount > 0 && !dialog.open) dialog.showModal();
  });
  dialog.addEventListener('close', () => dialog.replaceChildren());
  document.body.addEventListener('hearth-done', () => {
    if (dialog.open) dialog.close();
    else location.assign('/');
    news();
  });
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || event.target.closest('[data-close]') === null || !dialog.open)
      return;
    event.preventDefault();
    dialog.close();
  });
}
