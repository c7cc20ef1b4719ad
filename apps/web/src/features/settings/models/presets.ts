import type { CreateConnection } from '@chatbox/contracts';

export interface Preset {
  id: string;
  label: string;
  kind: CreateConnection['kind'];
  /** Empty: the vendor's own address. */
  baseUrl: string;
  /** Whether a person has to know the address. */
  asksAddress: boolean;
  keyHint: string;
}

export const PRESETS: readonly [Preset, ...Preset[]] = [
  {
    id: 'openai',
    label: 'OpenAI',
    kind: 'openai',
    baseUrl: '',
    asksAddress: false,
    keyHint: 'Begins with sk-. Made at platform.openai.com under API keys.',
  },
  {
    id: 'anthropic',
    label: 'Anthropic',
    kind: 'anthropic',
    baseUrl: '',
    asksAddress: false,
    keyHint: 'Begins with sk-ant-. Made at console.anthropic.com under API keys.',
  },
  {
    id: 'openrouter',
    label: 'OpenRouter',
    kind: 'openai',
    baseUrl: 'https://openrouter.ai/api/v1',
    asksAddress: false,
    keyHint: 'Begins with sk-or-. Made at openrouter.ai under Keys.',
  },
  {
    id: 'ollama',
    label: 'Ollama',
    kind: 'openai',
    baseUrl: 'http://localhost:11434/v1',
    asksAddress: true,
    keyHint: 'Not needed on your own machine.',
  },
  {
    id: 'compatible',
    label: 'Another OpenAI-compatible server',
    kind: 'openai',
    baseUrl: '',
    asksAddress: true,
    keyHint: 'If the server asks for one.',
  },
];

export const presetOf = (id: string | null): Preset => PRESETS.find((preset) => preset.id === id) ?? PRESETS[0];
