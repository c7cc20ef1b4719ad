/** The helpful part: questions about the program itself, answered in earnest. */
export const ABOUT = `I am the **offline assistant**. I am a small program of rules, not an AI model: I turn your own words round and ask about them, the way conversational programs did in the 1960s. I know nothing about the world and I should not be asked for facts.

I am here so that the chat works before a real model is connected. Say *help* to see what I can do, or ask *how do I connect a model?*`;

export const HELP = `I am the offline assistant, a program of rules without any AI. I can

- **listen** and ask about what you say ("I feel tired of meetings")
- **count**, for example *count to 20* (up to two hundred)
- **tell a story**: *tell me a story*, or *tell me a long story*
- **show** what answers can look like: *show me markdown*, *a table*, *code*, *math* or *a diagram*
- **explain** how to connect a real model: *how do I connect a model?*

Everything I say stays on this machine and costs nothing.`;

export const CONNECT = `## Connect a real model

There are three ways. The owner of this installation can do each of them.

1. **On this machine.** Start [Ollama](https://ollama.com), LM Studio, llama.cpp or vLLM. It is found on its usual port and offered under *Settings → Models*.
2. **In the settings.** Open *Settings → Models*, choose *Add connection*, and enter the key of OpenAI, Anthropic or any OpenAI-compatible server. *Test* tells you at once whether it works. Keys are stored encrypted.
3. **At the start.** Put the key into the environment:

\`\`\`sh
OPENAI_API_KEY=… npm start
ANTHROPIC_API_KEY=… npm start
OPENAI_BASE_URL=http://localhost:8000/v1 npm start
\`\`\`

Then choose the model in the picker above the message box.`;

export const GREETINGS = [
  'Hello! I am the offline assistant, a program of rules without any AI. What is on your mind? Say *help* to see what I can do.',
  'Hello again. What would you like to talk about?',
  'Good to see you. Where shall we begin this time?',
];
export const THANKS = [
  'You are welcome. Is there something else?',
  'Gladly. What shall we turn to next?',
  'It was a pleasure, as far as a handful of rules can have one.',
];
export const GOODBYES = [
  'Goodbye. What we said stays here for when you come back.',
  'Until next time. Your words are kept, and so are mine.',
];
export const AFTER_A_BREAK =
  ' … I lost my thread there. Say a little more about it, and I will pick it up where you want me to.';
