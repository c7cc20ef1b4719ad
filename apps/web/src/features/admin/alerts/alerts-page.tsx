'use client';

import { Section } from '@/components/section';
import { OpenAlerts } from './open-alerts';
import { ResolvedAlerts } from './resolved-alerts';

export function AlertsPage() {
  return (
    <div className="flex flex-col gap-8">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">Alerts</h1>
        <p className="mt-0.5 text-muted-foreground">What is wrong with this installation now, and what was.</p>
      </div>
      <OpenAlerts />
      <Section title="Resolved" lead="They resolve by themselves when what they say is over, and are kept for 30 days.">
        <ResolvedAlerts />
      </Section>
    </div>
  );
}
