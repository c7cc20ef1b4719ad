import { type ClassValue, clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

const merge = extendTailwindMerge({ extend: { theme: { shadow: ['popover'] } } });

export const cn = (...classes: ClassValue[]): string => merge(clsx(classes));
