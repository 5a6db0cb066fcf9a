/** As Docker names them. */
export type Architecture = 'amd64' | 'arm64';

const ELF_HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const CODE_OFFSET = ELF_HEADER_BYTES + PROGRAM_HEADER_BYTES;
const LOAD_ADDRESS = 0x400000n;
const MACHINE: Readonly<Record<Architecture, number>> = { amd64: 62, arm64: 183 };
/** What page size a kernel may have. */
const ALIGNMENT = 0x10000n;

/**
 * A static executable for a sandbox's first process. It blocks SIGTERM, SIGINT and SIGCHLD; then for ever: reaps every child that
 * ended (it is PID 1 of a shared PID namespace) and waits for the next of these signals; SIGTERM and SIGINT end it with exit code 0.
 * Blocking matters: the kernel drops signals that PID 1 neither blocks nor handles.
 */
export function pauseProgram(architecture: Architecture): Buffer {
  const code = architecture === 'amd64' ? AMD64 : ARM64;
  const program = Buffer.alloc(CODE_OFFSET + code.length);
  writeElfHeader(program, MACHINE[architecture]);
  writeProgramHeader(program, BigInt(program.length));
  program.set(code, CODE_OFFSET);
  return program;
}

function writeElfHeader(program: Buffer, machine: number): void {
  // Magic, 64-bit, little-endian, version 1, System V.
  program.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]);
  program.writeUInt16LE(2, 16); // ET_EXEC
  program.writeUInt16LE(machine, 18);
  program.writeUInt32LE(1, 20);
  program.writeBigUInt64LE(LOAD_ADDRESS + BigInt(CODE_OFFSET), 24); // entry point
  program.writeBigUInt64LE(BigInt(ELF_HEADER_BYTES), 32); // program headers' offset
  program.writeUInt16LE(ELF_HEADER_BYTES, 52);
  program.writeUInt16LE(PROGRAM_HEADER_BYTES, 54);
  program.writeUInt16LE(1, 56); // one program header
}

/** One segment: the whole file, readable and executable. */
function writeProgramHeader(program: Buffer, size: bigint): void {
  program.writeUInt32LE(1, ELF_HEADER_BYTES); // PT_LOAD
  program.writeUInt32LE(5, ELF_HEADER_BYTES + 4); // PF_R | PF_X
  program.writeBigUInt64LE(LOAD_ADDRESS, ELF_HEADER_BYTES + 16);
  program.writeBigUInt64LE(LOAD_ADDRESS, ELF_HEADER_BYTES + 24);
  program.writeBigUInt64LE(size, ELF_HEADER_BYTES + 32);
  program.writeBigUInt64LE(size, ELF_HEADER_BYTES + 40);
  program.writeBigUInt64LE(ALIGNMENT, ELF_HEADER_BYTES + 48);
}

const AMD64 = Buffer.from(
  [
    '6802400100', // push 0x14002         the signal set: SIGINT, SIGTERM, SIGCHLD
    '6a0e58', //     rax = 14             rt_sigprocmask
    '31ff', //       rdi = 0              SIG_BLOCK
    '4889e6', //     rsi = rsp
    '31d2', //       rdx = 0
    '6a08415a', //   r10 = 8              bytes in a signal set
    '0f05', //       syscall
    '6a3d58', // 21: rax = 61             wait4
    '6aff5f', //     rdi = -1             any child
    '31f6', //       rsi = 0
    '6a015a', //     rdx = 1              WNOHANG
    '4531d2', //     r10 = 0
    '0f05', //       syscall
    '85c0', //       test eax, eax
    '7fec', //       jg 21                one reaped: look for another
    'b880000000', // rax = 128            rt_sigtimedwait
    '4889e7', //     rdi = rsp
    '31f6', //       rsi = 0
    '31d2', //       rdx = 0              without a time limit
    '6a08415a', //   r10 = 8
    '0f05', //       syscall
    '83f811', //     cmp eax, 17          SIGCHLD
    '74d5', //       je 21
    '85c0', //       test eax, eax
    '78d1', //       js 21                interrupted
    '6a3c58', //     rax = 60             exit
    '31ff', //       rdi = 0
    '0f05', //       syscall
  ].join(''),
  'hex',
);

const ARM64 = instructions([
  0xd2880040, //     movz x0, 0x4002      the signal set: SIGINT, SIGTERM,
  0xf2a00020, //     movk x0, 1, lsl 16   SIGCHLD
  0xf81f0fe0, //     str x0, [sp, -16]!
  0xd28010e8, //     movz x8, 135         rt_sigprocmask
  0xd2800000, //     movz x0, 0           SIG_BLOCK
  0x910003e1, //     mov x1, sp
  0xd2800002, //     movz x2, 0
  0xd2800103, //     movz x3, 8           bytes in a signal set
  0xd4000001, //     svc 0
  0xd2802088, // 9:  movz x8, 260         wait4
  0x92800000, //     movn x0, 0           any child
  0xd2800001, //     movz x1, 0
  0xd2800022, //     movz x2, 1           WNOHANG
  0xd2800003, //     movz x3, 0
  0xd4000001, //     svc 0
  0xf100001f, //     cmp x0, 0
  0x54ffff2c, //     b.gt 9               one reaped: look for another
  0xd2801128, //     movz x8, 137         rt_sigtimedwait
  0x910003e0, //     mov x0, sp
  0xd2800001, //     movz x1, 0
  0xd2800002, //     movz x2, 0           without a time limit
  0xd2800103, //     movz x3, 8
  0xd4000001, //     svc 0
  0xf100441f, //     cmp x0, 17           SIGCHLD
  0x54fffe20, //     b.eq 9
  0xf100001f, //     cmp x0, 0
  0x54fffdeb, //     b.lt 9               interrupted
  0xd2800ba8, //     movz x8, 93          exit
  0xd2800000, //     movz x0, 0
  0xd4000001, //     svc 0
]);

function instructions(words: readonly number[]): Buffer {
  const code = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => code.writeUInt32LE(word, index * 4));
  return code;
}
