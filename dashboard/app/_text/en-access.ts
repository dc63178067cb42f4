import { addTexts } from './text';

export const enAccess = {
  'access.signIn': 'Sign in',
  'access.signInBy': 'Sign in with {provider}',
  'access.noRole': 'You are known there, but have no role here. Ask an admin of this site.',
  'access.notTaken': 'Signing in did not work. Try again.',
  'access.setup': 'Create the owner',
  'access.setupDetail': 'You opened the one-time link of the terminal. From now on everyone signs in.',
  'access.create': 'Create and sign in',
};

addTexts(enAccess);
