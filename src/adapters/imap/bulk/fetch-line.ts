/** The items of one untagged FETCH (RFC 9051, section 7.5.2), read while its literals arrive. */

import { highestUid } from '../../../core/sync/uid-set.ts';
import { parseDateTime } from '../dates.ts';
import { flagList, noFlags, type FlagList, type FlagLists } from './flag-list.ts';

/** What the octets of a literal are to it. */
export type LiteralUse = 'body' | 'text' | 'nothing';

/** A body that came in the line itself: quoted, or NIL (null). */
export type BodyInLine = Buffer | null;

/** Lists of a structure may be nested; nobody nests flags. */
const deepest = 256;

/** Undefined is what the line did not say; null what it said and nobody can read. */
export class FetchLine {
  uid: number | undefined;
  flags: FlagList | undefined;
  internalDate: number | null | undefined;
  size: number | undefined;
  modSeq: string | undefined;
  inLine: BodyInLine | undefined;
  /** Why it is no FETCH that can be read; the first reason counts. */
  fault: string | undefined;
  readonly #lists: FlagLists;
  /** In front of the list, in front of a name, in front of its value, behind the list. */
  #place: 'list' | 'name' | 'value' | 'end' = 'list';
  #name = '';
  #depth = 0;
  #elements: string[] = [];
  #bodies = 0;
  #afterLiteral = false;
  #text = '';
  #at = 0;

  constructor(lists: FlagLists) {
    this.#lists = lists;
  }

  /** Text between literals. Where a length was wrong, it shows in what follows the octets, as a rule. */
  read(text: string): void {
    this.#text = text;
    this.#at = 0;
    if (this.#afterLiteral && /^[^\s)]/.test(text)) this.#fail('the length of its octets is wrong');
    this.#afterLiteral = false;
    for (this.#skipBlanks(); this.#at < text.length && this.fault === undefined; this.#skipBlanks())
      this.#step();
  }

  /** A literal comes at this place. */
  literalUse(): LiteralUse {
    if (this.fault !== undefined) return 'nothing';
    if (this.#place !== 'value') this.#fail('a literal stands where none belongs');
    else if (isBody(this.#name) && this.#depth === 0) return 'body';
    else if (this.#isRead()) return 'text';
    return 'nothing';
  }

  /** Once the literal is over; `text` is null where it was not kept. */
  literalDone(text: string | null): void {
    if (this.fault !== undefined) return;
    this.#afterLiteral = true;
    if (this.#depth > 0) this.#elements.push(text ?? '');
    else if (isBody(this.#name) || text === null) this.#place = 'name';
    else this.#take(text);
  }

  /** The line is at its end. */
  end(): void {
    if (this.#place !== 'end') this.#fail('its answer breaks off');
  }

  #fail(reason: string): void {
    this.fault ??= reason;
  }

  #skipBlanks(): void {
    while (isBlank(this.#text.charCodeAt(this.#at))) this.#at += 1;
  }

  #step(): void {
    switch (this.#place) {
      case 'list':
        if (this.#text[this.#at++] === '(') this.#place = 'name';
        else this.#fail('its answer is no list');
        return;
      case 'name':
        if (this.#text[this.#at] === ')') {
          this.#at += 1;
          this.#place = 'end';
        } else this.#readName();
        return;
      case 'value':
        this.#readValue();
        return;
      case 'end':
        this.#fail('its answer goes on behind its end');
    }
  }

  #readName(): void {
    namePattern.lastIndex = this.#at;
    if (!namePattern.test(this.#text)) {
      this.#fail(noList);
      return;
    }
    this.#name = this.#text.slice(this.#at, namePattern.lastIndex).toUpperCase();
    this.#at = namePattern.lastIndex;
    this.#place = 'value';
    if (isBody(this.#name) && this.#bodies++ > 0) this.#fail('it gives its octets twice');
    if (isPart(this.#name)) this.#fail('it gives another part than the whole');
  }

  #readValue(): void {
    switch (this.#text[this.#at]) {
      case '(':
        this.#open();
        return;
      case ')':
        this.#close();
        return;
      case '"':
        this.#element(this.#quoted(), true);
        return;
      default:
        this.#element(this.#atom(), false);
    }
  }

  #open(): void {
    this.#at += 1;
    this.#depth += 1;
    if (this.#depth > deepest) this.#fail('its answer is nested too deep');
    if (this.#depth === 1) this.#elements = [];
    if (this.#depth !== 1 || this.#name !== 'FLAGS') return;
    plainFlags.lastIndex = this.#at;
    const match = plainFlags.exec(this.#text);
    if (match === null) return;
    this.#at = plainFlags.lastIndex;
    this.#depth = 0;
    this.#place = 'name';
    this.#takeFlags(this.#lists.read(match[1] ?? ''));
  }

  #close(): void {
    this.#at += 1;
    this.#depth -= 1;
    if (this.#depth < 0) this.#fail('a value is missing in its answer');
    if (this.#depth !== 0) return;
    this.#place = 'name';
    if (this.#name === 'FLAGS') this.#takeFlags(flagList(this.#elements));
    else if (this.#name === 'MODSEQ') this.modSeq = modSeqOf(this.#elements[0]);
    else if (this.#isRead() || isBody(this.#name)) this.#fail(`its ${this.#name} is a list`);
    this.#elements = [];
  }

  #element(text: string, quoted: boolean): void {
    if (this.fault !== undefined) return;
    if (this.#depth === 0) this.#take(text, quoted);
    else if (this.#isRead()) this.#elements.push(text);
  }

  /** A value that is no list. */
  #take(text: string, quoted = true): void {
    this.#place = 'name';
    switch (this.#name) {
      case 'UID':
        this.#takeUid(text);
        return;
      case 'FLAGS':
        if (isNil(text, quoted)) this.flags = noFlags;
        else this.#fail('its FLAGS are no list');
        return;
      case 'INTERNALDATE':
        this.internalDate = parseDateTime(text);
        return;
      case 'RFC822.SIZE':
        if (/^\d{1,15}$/.test(text)) this.size = Number(text);
        return;
      case 'MODSEQ':
        this.modSeq = modSeqOf(text);
        return;
      default:
        if (isBody(this.#name)) this.#takeBody(text, quoted);
    }
  }

  #takeFlags(list: FlagList | null): void {
    if (list === null) this.#fail('it has too many flags');
    else this.flags = list;
  }

  #takeUid(text: string): void {
    const uid = /^\d{1,10}$/.test(text) ? Number(text) : 0;
    if (uid === 0 || uid > highestUid) this.#fail('its UID is none');
    else if (this.uid !== undefined && this.uid !== uid) this.#fail('it has two UIDs');
    else this.uid = uid;
  }

  #takeBody(text: string, quoted: boolean): void {
    if (quoted) this.inLine ??= Buffer.from(text, 'latin1');
    else if (isNil(text, quoted)) this.inLine ??= null;
    else this.#fail('its octets are no string');
  }

  #quoted(): string {
    quotedPattern.lastIndex = this.#at;
    const match = quotedPattern.exec(this.#text);
    if (match === null) {
      this.#fail('a quoted string in its answer has no end');
      return '';
    }
    this.#at = quotedPattern.lastIndex;
    const text = match[1] ?? '';
    return text.includes('\\') ? text.replaceAll(/\\(.)/gs, '$1') : text;
  }

  /** A keyword may hold a quote; anywhere else it shows that this is the middle of something. */
  #atom(): string {
    atomEnd.lastIndex = this.#at;
    const end = atomEnd.test(this.#text) ? atomEnd.lastIndex - 1 : this.#text.length;
    const text = this.#text.slice(this.#at, end);
    this.#at = end;
    if (text.includes('"') && this.#name !== 'FLAGS') this.#fail(noList);
    return text;
  }

  #isRead(): boolean {
    return readNames.has(this.#name);
  }
}

const noList = 'its answer is no list of names and values';

const readNames = new Set(['UID', 'FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'MODSEQ']);

/** A name, its section if it has one (which may hold a list and quoted names), and where a part begins. */
const namePattern =
  /(?:BODY|BINARY)[a-z.]*(?:\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\](?:<\d+(?:\.\d+)?>)?|(?=[\s("]|$))|[a-z][\w.-]*(?=[\s("]|$)/iy;
/** Flags without a quoted one or one of another kind that no server should have. */
const plainFlags = /([^()"{}]*)\)/y;
const quotedPattern = /"((?:[^"\\]|\\.)*)"/sy;
const atomEnd = /[\s()]/g;

/** Some servers repeat the name as they were asked. */
function isBody(name: string): boolean {
  return name === 'BODY[]' || name === 'BODY[]<0>' || name === 'BODY.PEEK[]';
}

function isPart(name: string): boolean {
  return name.startsWith('BODY[]<') && name !== 'BODY[]<0>';
}

function isNil(text: string, quoted: boolean): boolean {
  return !quoted && text.toUpperCase() === 'NIL';
}

function modSeqOf(text: string | undefined): string | undefined {
  return text !== undefined && /^\d{1,20}$/.test(text) ? text : undefined;
}

function isBlank(octet: number): boolean {
  return octet === 0x20 || octet === 0x09;
}
