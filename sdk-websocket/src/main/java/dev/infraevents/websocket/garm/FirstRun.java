package dev.infraevents.websocket.garm;

/**
 * The administrator that a new GARM server gets with its first run.
 *
 * @param username letters and digits, at most 64
 * @param email an e-mail address; logins take it in place of the name
 * @param password one that is hard to guess: GARM asks for a zxcvbn score of 4
 * @param fullName the name for people; may be empty
 */
public record FirstRun(String username, String email, String password, String fullName) {

  /** Hides the password. */
  @Override
  public String toString() {
    return "FirstRun[username=" + username + ", email=" + email + ", fullName=" + fullName + "]";
  }
}
