import { Module } from '@nestjs/common';
import { AuthModule } from '../auth.module.ts';
import { LifecycleModule } from '../lifecycle/lifecycle.module.ts';
import { PeopleController } from './people.controller.ts';
import { People } from './people.ts';
import { PeopleChanges } from './people-changes.ts';

/** What the administration sees of people and does to them. */
@Module({ imports: [AuthModule, LifecycleModule], controllers: [PeopleController], providers: [People, PeopleChanges] })
export class PeopleModule {}
