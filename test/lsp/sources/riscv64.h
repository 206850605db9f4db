/* What assembly and C both know. */
#define BOOT_ARGUMENT 16
