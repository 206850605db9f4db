//! System calls: what the user program may ask of this kernel.

use crate::{arch, process};
use axhal::uspace::UserContext;

/// `ENOSYS`, as Linux returns it.
const NO_SUCH_CALL: usize = -38_isize as usize;

/// Does what the program asks for. `user` holds its registers: number and arguments come from there, the result goes
/// there.
pub fn handle(user: &mut UserContext) {
    println!("handle_syscall ...");
    match user.sysno() {
        arch::SYS_EXIT => {
            println!("[SYS_EXIT]: process is exiting ..");
            process::exit(user.arg0() as i32);
        }
        number => {
            println!("system call {number} is not known");
            user.set_retval(NO_SUCH_CALL);
        }
    }
}
