/** The command line cannot be understood (sysexits(3), EX_USAGE). */
export const BAD_USAGE = 64

/** A fault of our own, or of the machine below us (sysexits(3), EX_SOFTWARE). */
export const INTERNAL_ERROR = 70

/** This user may not ask that of the supervisor (sysexits(3), EX_NOPERM). */
export const NOT_ALLOWED = 77

/** Time was up before it had come about (timeout(1)). */
export const TOO_LATE = 124

/** The file cannot be used (sysexits(3), EX_CONFIG). */
export const BAD_FILE = 78
