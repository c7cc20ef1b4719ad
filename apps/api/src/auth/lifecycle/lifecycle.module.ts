import { Module } from '@nestjs/common';
import { AuthModule } from '../auth.module.ts';
import { MailModule } from '../mail/mail.module.ts';
import { AccountDeletion } from './account-deletion.ts';
import { AccountExport } from './account-export.ts';
import { AccountReader } from './account-reader.ts';
import { Credentials } from './credentials.ts';
import { EmailChange } from './email-change.ts';
import { FailedSignIns } from './failed-sign-ins.ts';
import { LifecycleController } from './lifecycle.controller.ts';
import { Links } from './links.ts';
import { PasswordChange } from './password-change.ts';
import { Postman } from './postman.ts';
import { Proof } from './proof.ts';

/** What happens to an account after it was opened, until it is deleted. */
@Module({
  imports: [AuthModule, MailModule],
  controllers: [LifecycleController],
  providers: [
    AccountDeletion,
    AccountExport,
    AccountReader,
    Credentials,
    EmailChange,
    FailedSignIns,
    Links,
    PasswordChange,
    Postman,
    Proof,
  ],
  exports: [Credentials],
})
export class LifecycleModule {}
