/** The page of the chat. */
export const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Chat</title>
<link rel="icon" href="data:,">
<style>
  body { font: 16px/1.4 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
  #messages { border: 1px solid #bbb; border-radius: 6px; height: 50vh; overflow-y: auto; padding: .5rem 1rem; }
  #messages b { color: #05608a; }
  form { display: flex; gap: .5rem; }
  #text { flex: 1; min-width: 0; }
  input, button { font: inherit; padding: .3rem .5rem; }
  #messages div { overflow-wrap: anywhere; }
  #state { color: #a33; min-height: 1.4em; margin: .5rem 0; }
</style>
<h1>Chat</h1>
<div id="messages" aria-live="polite"></div>
<p id="state" role="status"></p>
<form id="form">
  <input id="from" aria-label="Your name" placeholder="Your name" size="12" required>
  <input id="text" aria-label="Message" placeholder="Message" autocomplete="off" required>
  <button>Send</button>
</form>
<script>
  const byId = (id) => document.getElementById(id);
  byId('from').value = localStorage.name ?? '';

  function show({ from, text }) {
    const line = document.createElement('div');
    const name = document.createElement('b');
    name.textContent = from + ': ';
    line.append(name, text);
    byId('messages').append(line);
    byId('messages').scrollTop = byId('messages').scrollHeight;
  }

  byId('form').onsubmit = async (event) => {
    event.preventDefault();
    const said = { from: byId('from').value, text: byId('text').value };
    localStorage.name = said.from;
    byId('text').value = '';
    const headers = { 'content-type': 'application/json' };
    try {
      const answer = await fetch('/messages', { method: 'POST', headers, body: JSON.stringify(said) });
      if (answer.ok) return;
      byId('state').textContent = await answer.text();
    } catch {
      byId('state').textContent = 'The server does not answer; your message was not sent.';
    }
    byId('text').value ||= said.text;
  };

  async function listen() {
    // The first answer comes at once, and so does the first one of a server that was away.
    for (let last = 0, seconds = 0; ; ) {
      try {
        const answer = await fetch('/messages?after=' + last + '&seconds=' + seconds);
        for (const message of await answer.json()) {
          show(message);
          last = message.number;
        }
        byId('state').textContent = '';
        seconds = 30;
      } catch {
        byId('state').textContent = 'The server does not answer; trying again.';
        seconds = 0;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }
  listen();
</script>
</html>
`;
