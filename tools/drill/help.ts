import type { Scenario } from './scenario.ts';

export const helpOf = (scenarios: readonly Scenario[]): string => `
  npm run drill -- [options]

    --seed <number>       Where chance begins; the same seed does the same (printed with every run)
    --runs <number>       How many runs, round after round of the scenarios (one round)
    --stages <number>     Clusters that are broken side by side: what waits in one leaves time for another (1)
    --from <number>       Begin with this run of the plan
    --resume              Go on with the report in the folder: its seed, and only what it does not hold yet
    --only <a,b>          These scenarios only
    --short               A round of a minute, for every change of the code
    --replicas <number>   API processes (3)
    --lease <seconds>     How long a replica owns its answers without a sign of life (1.5)
    --sockets <number>    Of the scenario "reconnect" (5000; short: 500)
    --report <folder>     Write drill.md and drill.json there, after every few runs
    --figures <file>      Print the table of goals of such a drill.json, and do nothing else
    --data-dir <folder>   Keep databases and logs there; a temporary folder where it is not given
    --json                Print the figures as JSON instead of the report
    --help                This text

  Opens a whole installation on this machine (npm run cluster), has people talk in it, breaks something, and reads what
  everybody saw and what the database holds. A run that was bad is named with its seed. Ends everything it starts.

${scenarios.map(({ name, what }) => `    ${name.padEnd(16)} ${what}`).join('\n')}
`;
