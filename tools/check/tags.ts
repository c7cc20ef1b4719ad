import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Project {
  name: string;
  folder: string;
  tags: string[];
  needs: string[];
}

/** What a tag may depend on. An app is nobody's dependency. */
const ALLOWED: Record<string, string[]> = {
  'lib:contracts': [],
  'lib:engine': [],
  'lib:chat-client': ['lib:contracts'],
  'app:api': ['lib:contracts', 'lib:engine'],
  'app:web': ['lib:contracts', 'lib:chat-client'],
  'app:e2e': ['lib:contracts', 'lib:chat-client'],
};

/** Complaints about the Nx tags and about what the packages say they depend on; empty when all is well. */
export const checkTags = (root: string): string[] => {
  const projects = ['apps', 'libs'].flatMap((top) =>
    readdirSync(join(root, top))
      .filter((name) => existsSync(join(root, top, name, 'project.json')))
      .map((name) => readProject(root, `${top}/${name}`)),
  );
  return projects.flatMap((project) => complaintsOf(project, projects));
};

const readProject = (root: string, folder: string): Project => {
  const read = <T>(file: string): T => JSON.parse(readFileSync(join(root, folder, file), 'utf8')) as T;
  const { name, tags = [] } = read<{ name: string; tags?: string[] }>('project.json');
  const { dependencies = {}, devDependencies = {} } = read<Record<string, Record<string, string>>>('package.json');
  const needs = Object.keys({ ...dependencies, ...devDependencies }).filter((need) => need.startsWith('@chatbox/'));
  return { name, folder, tags, needs: needs.map((need) => need.slice('@chatbox/'.length)) };
};

const complaintsOf = ({ folder, tags, needs }: Project, all: Project[]): string[] => {
  const scope = folder.startsWith('apps/') ? 'scope:app' : 'scope:lib';
  const kind = tags.find((tag) => tag in ALLOWED);
  if (!tags.includes(scope) || kind === undefined)
    return [`${folder}/project.json: wants the tags ${scope} and one of ${Object.keys(ALLOWED).join(', ')}`];
  return needs.flatMap((need) => {
    const target = all.find(({ name }) => name === need);
    const allowed = target?.tags.some((tag) => ALLOWED[kind]?.includes(tag));
    return allowed ? [] : [`${folder}: ${kind} must not depend on ${need}`];
  });
};
