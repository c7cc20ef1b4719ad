import { Module } from '@nestjs/common';
import { Mailer } from './mailer.ts';
import { Outbox } from './outbox.ts';

@Module({ providers: [Mailer, Outbox], exports: [Mailer, Outbox] })
export class MailModule {}
