import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.ts';
import { MailModule } from '../auth/mail/mail.module.ts';
import { ClusterModule } from '../cluster/cluster.module.ts';
import { AlertsController } from './alerts.controller.ts';
import { NodeReadings } from './node-readings.ts';
import { NoticeStore } from './notice-store.ts';
import { Notices } from './notices.ts';
import { Outage } from './outage.ts';
import { Watch } from './watch.ts';
import { Webhook } from './webhook.ts';
import { WebhookCalls } from './webhook-calls.ts';

/** What is wrong with the installation, told by the product itself, for those who have no Alertmanager. */
@Module({
  imports: [AuthModule, MailModule, ClusterModule],
  controllers: [AlertsController],
  providers: [NodeReadings, NoticeStore, Notices, Outage, Watch, Webhook, WebhookCalls],
})
export class AlertsModule {}
