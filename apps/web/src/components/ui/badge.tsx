import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

const badge = cva('inline-flex h-5 items-center gap-1 rounded-full px-2 text-xs whitespace-nowrap [&_svg]:size-3', {
  variants: {
    tone: {
      neutral: 'bg-hover text-muted-foreground',
      accent: 'bg-accent-soft text-text',
      success: 'bg-success-soft text-success',
      warning: 'bg-warning-soft text-warning',
      danger: 'bg-danger-soft text-danger',
    },
  },
  defaultVariants: { tone: 'neutral' },
});

export function Badge({ className, tone, ...rest }: ComponentProps<'span'> & VariantProps<typeof badge>) {
  return <span className={cn(badge({ tone }), className)} {...rest} />;
}
