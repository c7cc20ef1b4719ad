import { Module } from '@nestjs/common';
import { AuthModule } from '../auth.module.ts';
import { KeysController } from './keys.controller.ts';
import { Keys } from './keys.ts';
import { LiveKeysModule } from './live-keys.module.ts';

/** Making, listing and revoking keys of programs. */
@Module({ imports: [AuthModule, LiveKeysModule], controllers: [KeysController], providers: [Keys] })
export class KeysModule {}
