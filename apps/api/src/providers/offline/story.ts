/** Long on purpose: people and tests use it to watch an answer of some minutes survive a refresh or a restart. */
export const STORY = `# The Clockmaker of Tidewater Lane

At the end of Tidewater Lane, where the cobbles gave up and the harbour began, there was a shop with forty clocks in the window and not one that agreed with another. Strangers took it for carelessness. The people of the town knew better: Odile Marr set each of her clocks to the hour of somebody who was away.

There was the brass one for the baker's daughter, who had sailed to the far side of the world and ate her breakfast when the lane was asleep. There was a plain wooden one for the three Henning brothers, who fished the northern banks and lived by the tide and not by the sun. And in the corner, wrapped in a blue scarf, stood a tall clock that did not go at all. When children asked about it, Odile said that it was waiting for its person to tell it where to begin.

One November, when the wind had been leaning on the town for nine days, the lamp on the breakwater went out. The keeper was old and the stairs were wet, and by the time anybody noticed, three boats were still outside. The harbour master rang his bell, but the wind took the sound and carried it inland, where it was of no use to anyone but the sheep.

Odile looked at her forty clocks, and then she did something that nobody had seen her do before. She stopped them. One after the other she laid a finger on each pendulum, until the shop was so quiet that she could hear the rain thinking. Then she wound them all to the same minute, pushed the shutters open as far as they would go, and let them strike.

Forty clocks striking midnight together make a sound like a staircase falling into the sea. It went out over the roofs and the masts, and the wind, which had no quarrel with clocks, let it pass. She wound them back and let them strike again. And again. The baker came in his apron and turned hands with floury fingers. The schoolteacher came, and the woman who sold eels, and a boy who should have been in bed. All that night they struck midnight on Tidewater Lane, four hundred and eleven times.

The first boat came in at the sixtieth midnight, the second at the hundred and twelfth. The third was the Hennings', and it was so late that the boy had fallen asleep on a sack of springs with a key in his hand. The eldest brother walked up the lane with his boots full of water and stood in the door of the shop. He did not say thank you, because it was too small a word and he had never been good with the large ones. He took the blue scarf off the tall clock in the corner, opened the little glass door, and set the hands to the hour it was.

"Here," he said. "It may begin here."

It has gone ever since, a minute fast. In the spring somebody asked Odile whether she would not like to correct it, and she thought about it for the length of a cup of tea. "No," she said. "A minute is about what it takes to run down to the harbour. I like to know a little before everybody else that they are coming home."

The lamp on the breakwater has a new keeper now, and a bell under the water that rings by itself when the fog is thick. But the clocks in the window still do not agree with one another, and every year, on the ninth day of the November wind, the people of the town come by without having arranged it, and somebody brings bread, and for one minute all the clocks are set to midnight. Then they are put back, one by one, to the hours of those who are away.`;

export const SHORT_STORY = `A fox found a door standing alone in a field. She walked round it twice; there was nothing on either side but grass. So she knocked, politely, and from the other side somebody knocked back.

"Who is there?" asked the fox. "I was about to ask you that," said a voice exactly like her own. They talked until the evening, and neither of them ever opened the door. Both went home with the feeling of having met someone sensible for once.`;
