// Keys of the keyboard ring too, and the page stays where it is: new lines are added, so that they are read out.
(() => {
  const form = document.querySelector("[data-phone]");
  const part = (id, page = document) => page.getElementById(id);
  const log = part("log");
  let last = Promise.resolve();

  const send = async (button) => {
    const data = new FormData(form);
    data.set("do", button.value);
    const answer = await fetch(form.action, { method: "POST", body: data, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  };

  const show = (page) => {
    const heard = part("log", page);
    const anew = heard.dataset.call !== log.dataset.call;
    if (anew) log.replaceChildren();
    log.dataset.call = heard.dataset.call;
    log.append(...[...heard.children].slice(log.children.length));
    log.parentElement.scrollTop = 0; // the end: its column is reversed
    part("display").replaceChildren(...part("display", page).childNodes);
    const held = part("acts").contains(document.activeElement);
    part("acts").replaceChildren(...part("acts", page).childNodes);
    if (held) form.querySelector("[data-key='5']").focus();
  };

  form.addEventListener("submit", (event) => {
    if (!event.submitter) return;
    event.preventDefault();
    const button = event.submitter;
    last = last.then(() => send(button)).catch(() => location.reload());
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input[type=text], textarea")) return;
    const button = [...form.querySelectorAll("[data-key]")].find((key) => key.dataset.key === event.key);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
})();
