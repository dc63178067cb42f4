import type { enAccess } from './en-access';

export const zhAccess: Readonly<Record<keyof typeof enAccess, string>> = {
  'access.signIn': '登录',
  'access.signInBy': '通过 {provider} 登录',
  'access.noRole': '该账户在此站点没有角色，请联系管理员。',
  'access.notTaken': '登录未成功，请重试。',
  'access.setup': '创建所有者',
  'access.setupDetail': '您打开了终端中的一次性链接。此后所有人都需登录。',
  'access.create': '创建并登录',
};
