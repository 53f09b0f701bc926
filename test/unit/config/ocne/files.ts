import type { Files } from '../../../../src/config/ocne/files.ts';

/** Files that are only in memory, by absolute path. */
export function memoryFiles(contents: Readonly<Record<string, string>>): Files {
  const names = Object.keys(contents).sort();
  return {
    read: (path) => contents[path],
    list: (path) => {
      const members = names.filter(
        (name) => name.startsWith(`${path}/`) && !name.slice(path.length + 1).includes('/'),
      );
      return members.length === 0 ? undefined : members;
    },
  };
}
