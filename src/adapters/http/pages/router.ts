import express, { Router } from 'express';
import { acceptHost, showAccept } from './accept-page.ts';
import { loadAssets } from './assets.ts';
import { clustersPage } from './clusters-page.ts';
import type { PagesDependencies } from './dependencies.ts';
import { eventsPage } from './events-page.ts';
import { askAction, doAction } from './host-action-page.ts';
import { hostPage } from './host-page.ts';
import { hostsPage } from './hosts-page.ts';
import { mediaPage } from './media-page.ts';
import { networksPage } from './networks-page.ts';
import { pageError } from './page-error.ts';
import { changePassword, showPassword } from './password-page.ts';
import { signInPage, signOut } from './signin-page.ts';
import { Views } from './views.ts';

const ACTIONS = ['arm', 'reinstall', 'cancel', 'release'] as const;

/**
 * The web pages. Mounted behind the admin app's sign-in guard and same-origin rule, which decide who gets here: GET
 * needs a reader, POST an administrator, `/password` and `/signout` anyone signed in.
 */
export function createPagesRouter(deps: PagesDependencies): Router {
  const assets = loadAssets();
  const views = new Views(assets.version);
  const router = Router();
  const form = express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 32 });
  router.use(assets.router);
  router.get('/signin', signInPage(views));
  router.post('/signout', signOut(deps));
  router.get('/password', showPassword(views));
  router.post('/password', form, changePassword(deps, views));
  router.get('/', hostsPage(deps, views, 'hosts'));
  router.get('/hosts-list', hostsPage(deps, views, 'hosts-list'));
  router.get('/hosts/:name', hostPage(deps, views, 'host'));
  router.get('/hosts/:name/body', hostPage(deps, views, 'host-body'));
  router.get('/hosts/:name/accept', showAccept(deps, views));
  router.post('/hosts/:name/accept', form, acceptHost(deps, views));
  for (const name of ACTIONS) {
    router.get(`/hosts/:name/${name}`, askAction(deps, views, name));
    router.post(`/hosts/:name/${name}`, form, doAction(deps, views, name));
  }
  router.get('/events', eventsPage(deps, views, 'events'));
  router.get('/events-list', eventsPage(deps, views, 'events-list'));
  router.get('/networks', networksPage(deps, views));
  router.get('/media', mediaPage(deps, views));
  router.get('/clusters', clustersPage(deps, views));
  router.use(pageError(views));
  return router;
}
