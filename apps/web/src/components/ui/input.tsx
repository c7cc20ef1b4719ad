import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

const FIELD =
  'w-full rounded-md border border-border-strong bg-raised px-3 text-text transition-[border-color,box-shadow] focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 disabled:opacity-60 aria-invalid:border-danger';

// 16 px on phones: iOS zooms the page into smaller fields.
const TYPE = 'text-base sm:text-sm';

export function Input({ className, type = 'text', ...rest }: ComponentProps<'input'>) {
  return <input type={type} className={cn(FIELD, TYPE, 'h-10', className)} {...rest} />;
}

export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea className={cn(FIELD, TYPE, 'min-h-24 py-2.5 leading-6', className)} {...rest} />;
}
