/**
 * One keyword: where it is found (rank decides between several) and what may be answered, in turn. `{1}` is what the first
 * group caught, turned round. The patterns are linear: no nested repetition.
 */
export interface Rule {
  rank: number;
  pattern: RegExp;
  answers: readonly string[];
}

export const RULES: readonly Rule[] = [
  {
    rank: 60,
    pattern: /\b(?:kill myself|suicide|end my life|hurt myself|self-?harm)\b/,
    answers: [
      'That sounds very heavy, and I am only a program that repeats words; I am not what you need now. Please talk to a person: somebody close to you, a doctor, or a crisis line in your country (https://findahelpline.com lists them). If you are in danger, call the emergency number.',
    ],
  },
  {
    rank: 50,
    pattern: /\bi (?:really |still )?remember (.+)/,
    answers: ['What brought {1} back to you today?', 'When you think of {1}, what comes next?'],
  },
  {
    rank: 48,
    pattern: /\bi (?:dreamt|dreamed|had a dream) (?:that |of |about )?(.+)/,
    answers: [
      'In the dream, how did it feel: {1}?',
      'Have you dreamt of that before?',
      'Which part of the day does that dream belong to?',
    ],
  },
  {
    rank: 46,
    pattern: /\bi (?:want|need|would like|wish for|hope for) (.+)/,
    answers: [
      'Suppose you had {1}. What would be different on the first morning?',
      'What stands between you and {1}?',
      'How long have you wanted {1}?',
    ],
  },
  {
    rank: 45,
    pattern: /\bi (?:can't|cannot|can not) (.+)/,
    answers: [
      'What happens when you try to {1}?',
      'Is there a smaller part of it that you can do?',
      'Who could {1} with you?',
    ],
  },
  {
    rank: 44,
    pattern:
      /\bi(?: am|'m) (?:so |very |really |a bit |feeling )?(sad|tired|afraid|angry|lonely|worried|anxious|stressed|unhappy)\b/,
    answers: [
      'I am sorry to read that you are {1}. Since when?',
      'Being {1} takes a lot of room. What else was there today?',
      'What would make you a little less {1}, even for an hour?',
    ],
  },
  {
    rank: 44,
    pattern: /\bi(?: am|'m) (?:so |very |really |feeling )?(happy|glad|excited|proud|relieved|grateful|delighted)\b/,
    answers: [
      'How good! What made you {1}?',
      'Whom have you told that you are {1}?',
      'Keep that for a moment: what was the best part?',
    ],
  },
  {
    rank: 42,
    pattern: /\bi (?:always |often |sometimes )?feel (.+)/,
    answers: [
      'Where do you notice it first when you feel {1}?',
      'Do you feel {1} more at work or at home?',
      'And before you felt {1}?',
    ],
  },
  {
    rank: 40,
    pattern: /\bi(?: am|'m) (.+)/,
    answers: [
      'How did it come about that you are {1}?',
      'What does it mean to you to be {1}?',
      'Would others say that you are {1}?',
    ],
  },
  {
    rank: 39,
    pattern: /\bi (?:think|believe|guess|suppose) (?:that )?(.+)/,
    answers: [
      'What would change your mind about that: {1}?',
      'Did you always think so?',
      'Who would disagree that {1}?',
    ],
  },
  {
    rank: 38,
    pattern: /\bi (love|like|hate|enjoy|miss) (.+)/,
    answers: [
      'What is it about {2} that you {1}?',
      'When was the last time with {2}?',
      'Tell me about the first time you knew that.',
    ],
  },
  {
    rank: 36,
    pattern: /\b(?:because) (.+)/,
    answers: [
      'Is that the whole reason?',
      'And if it were not so that {1}?',
      'Which other reason would you not say first?',
    ],
  },
  {
    rank: 34,
    pattern:
      /\bmy (mother|father|mum|mom|dad|sister|brother|wife|husband|partner|son|daughter|friend|boss|colleague)\b/,
    answers: [
      'Tell me more about your {1}.',
      'What would your {1} say if you asked about this?',
      'How do you and your {1} usually solve such things?',
    ],
  },
  {
    rank: 30,
    pattern: /\bmy ((?:\S+ ){0,6}\S+)/,
    answers: [
      'Your {1}: what comes to mind first?',
      'How long has it been like that with your {1}?',
      'What would you like for your {1}?',
    ],
  },
  {
    rank: 28,
    pattern: /\b(?:are you|do you|can you|will you|would you|could you) (.+)/,
    answers: [
      'I am a program of rules, so the honest answer is probably no. Why do you ask whether I {1}?',
      'What would it mean to you if I did?',
      'I only turn words round. For that a real model is better; ask me *how do I connect a model?*',
    ],
  },
  {
    rank: 26,
    pattern: /\byou (?:are|'re|always|never|seem) (.+)/,
    answers: [
      'What makes you say that about me?',
      'That may be so. Does it remind you of somebody?',
      'Let us rather talk about you.',
    ],
  },
  {
    rank: 24,
    pattern: /^(?:what|who|when|where|which|how|why)\b(.+)/,
    answers: [
      'I cannot look that up: I am a program of rules without knowledge. What do you think yourself?',
      'A real model would know; I do not. What is behind the question for you?',
      'If somebody else asked you that, what would you say?',
    ],
  },
  {
    rank: 22,
    pattern: /\b(?:everybody|everyone|nobody|always|never|all the time)\b/,
    answers: [
      'Really without an exception?',
      'Think of the last time that it was different. What was it like?',
      'Whom do you have in mind?',
    ],
  },
  {
    rank: 20,
    pattern: /\b(?:sorry|apologi[sz]e)\b/,
    answers: ['No need to apologise to a program.', 'Nothing to forgive. Please go on.'],
  },
  {
    rank: 18,
    pattern: /^(?:yes|yeah|yep|sure|of course|right|ok|okay)\b/,
    answers: ['You sound sure. Say a little more.', 'Good. And what follows from that?', 'I see. Go on.'],
  },
  {
    rank: 18,
    pattern: /^(?:no|nope|not really|never)\b/,
    answers: ['Why not?', 'A plain no. What would have to happen for a yes?', 'Then how would you put it?'],
  },
  {
    rank: 16,
    pattern: /\b(?:maybe|perhaps|possibly|probably)\b/,
    answers: ['What would make you certain?', 'Which way do you lean?', 'You leave the door open. Why?'],
  },
];

export const FALLBACKS = [
  'Tell me more about that.',
  'What is the most important part of it?',
  'I follow the words, if not the meaning. How does it go on?',
  'And how do you feel about that?',
  'Let us stay with that for a moment. What comes to mind?',
  'Say it in other words for me.',
];
export const MEMORIES = [
  'Earlier you mentioned your {1}. Has that to do with this?',
  'Before we go on: you spoke of your {1}. How is that now?',
  'I keep coming back to what you said about your {1}.',
];
