// Asks a question over the socket and prints the answer while it streams.
//   node docs/api/socket-example.mjs http://localhost:3000 you@example.org 'your password' 'Hello'
const [url, email, password, question] = process.argv.slice(2);

const call = async (path, body, token) => {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${(await answer.json()).title}`);
  return answer.json();
};

const { accessToken } = await call('/auth/login', { email, password });
const conversation = await call('/conversations', {}, accessToken);

const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`);
const send = (frame) => socket.send(JSON.stringify({ id: crypto.randomUUID(), ...frame }));
let text = '';

socket.onopen = () => {
  send({ type: 'hello', token: accessToken });
  send({ type: 'subscribe', conversationId: conversation.id });
  send({ type: 'send', conversationId: conversation.id, clientMessageId: crypto.randomUUID(), content: question });
};
socket.onmessage = ({ data }) => {
  const event = JSON.parse(data);
  if (event.ok === false) throw new Error(event.error.title);
  if (event.type === 'snapshot' || event.type === 'reset') text = event.text;
  if (event.type === 'delta' && event.position - event.text.length === text.length) {
    text += event.text;
    process.stdout.write(event.text);
  }
  if (event.type === 'end') {
    process.stdout.write(`\n[${event.status}, ${event.usage.outputTokens} tokens]\n`);
    socket.close();
  }
};
