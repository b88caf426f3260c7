import { cidrProblems, ipProblems, looseCidrProblems, looseIpProblems, type Problems } from '../../machinery/index.ts';
import type { Gates } from '../../schema/index.ts';
import { isOpen } from './field-gates.ts';

/** What is wrong with addresses and networks in fields that once took more than they do now. */
export interface AddressRules {
  ip(text: string): Problems;
  cidr(text: string): Problems;
}

const strict: AddressRules = { ip: ipProblems, cidr: cidrProblems };
const loose: AddressRules = { ip: looseIpProblems, cidr: looseCidrProblems };

export const addressRules = ({ gates }: { readonly gates?: Gates | undefined } = {}): AddressRules =>
  isOpen(gates, 'StrictIPCIDRValidation') ? strict : loose;
