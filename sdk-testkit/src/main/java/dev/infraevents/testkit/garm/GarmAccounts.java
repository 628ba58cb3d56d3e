package dev.infraevents.testkit.garm;

import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** The users of one server, by id. */
final class GarmAccounts {

  /** One user; a new password comes with a new generation, which all older tokens lack. */
  record Account(
      String id,
      String username,
      String email,
      String fullName,
      String password,
      boolean admin,
      boolean enabled,
      long generation) {

    Account withPassword(String newPassword) {
      return new Account(
          id, username, email, fullName, newPassword, admin, enabled, generation + 1);
    }

    Account disabled() {
      return new Account(id, username, email, fullName, password, admin, false, generation);
    }

    @Override
    public String toString() {
      return username;
    }
  }

  private final Map<String, Account> byId = new ConcurrentHashMap<>();

  void add(String username, String password, boolean admin) {
    String id = UUID.randomUUID().toString();
    String fullName = admin ? "Jane Admin" : "John User";
    String email = username + "@example.com";
    byId.put(id, new Account(id, username, email, fullName, password, admin, true, 0));
  }

  /** Forgets all users and adds an administrator. */
  Account replaceAll(String username, String email, String fullName, String password) {
    String id = UUID.randomUUID().toString();
    var admin = new Account(id, username, email, fullName, password, true, true, 0);
    byId.clear();
    byId.put(id, admin);
    return admin;
  }

  Optional<Account> byId(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** Finds a user by name or by e-mail address: GARM takes either at login. */
  Optional<Account> byLogin(String login) {
    return byId.values().stream()
        .filter(account -> account.username().equals(login) || account.email().equals(login))
        .findFirst();
  }

  Account administrator() {
    return byId.values().stream().filter(Account::admin).findFirst().orElseThrow();
  }

  Account named(String username) {
    return byLogin(username)
        .orElseThrow(() -> new NoSuchElementException("no user named " + username));
  }

  void change(String username, UnaryOperator<Account> change) {
    Account account = named(username);
    byId.put(account.id(), change.apply(account));
  }
}
