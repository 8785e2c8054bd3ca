package io.github.oauth2state.authorizationserver;

import java.security.Principal;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonFormat;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.jackson.SecurityJacksonModules;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.util.ClassUtils;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes and reads an authorization that has no tokens yet. Its attributes contain an
 * authentication of any type, so they are written as the server's own JDBC service does:
 * by Spring Security's Jackson modules, which read allowed types only. Thread-safe.
 */
final class AuthorizationCodec {

	private static final String ID = "id";

	private static final String CLIENT = "client";

	private static final String PRINCIPAL = "principal";

	private static final String SCOPES = "scopes";

	private static final String ATTRIBUTES = "attributes";

	private static final String ISSUED = "issued";

	private static final String EXPIRES = "expires";

	/**
	 * Times are written as text. As numbers, which the modules ask for, they lose
	 * nanoseconds when they are read, so that a user who logged in with a form would not
	 * compare equal.
	 */
	private final JsonMapper json = JsonMapper.builder()
		.addModules(SecurityJacksonModules.getModules(Objects.requireNonNull(ClassUtils.getDefaultClassLoader())))
		.withConfigOverride(Instant.class,
				(instant) -> instant.setFormat(JsonFormat.Value.forShape(JsonFormat.Shape.STRING)))
		.build();

	/**
	 * Writes an authorization, and reads it back to see that nothing is lost. Spring
	 * Security's modules read a subclass of a type that they know as that type, for
	 * example.
	 * @param authorization the authorization
	 * @return its content, or empty if it cannot be written and read as it is
	 */
	Optional<Map<String, Object>> write(OAuth2Authorization authorization) {
		OAuth2Authorization.Token<OAuth2AuthorizationCode> code = authorization.getToken(OAuth2AuthorizationCode.class);
		try {
			Map<String, Object> content = new HashMap<>();
			content.put(ID, authorization.getId());
			content.put(CLIENT, authorization.getRegisteredClientId());
			content.put(PRINCIPAL, authorization.getPrincipalName());
			content.put(SCOPES, List.copyOf(authorization.getAuthorizedScopes()));
			content.put(ATTRIBUTES, this.json.writeValueAsString(authorization.getAttributes()));
			if (code != null) {
				content.put(ISSUED, Objects.requireNonNull(code.getToken().getIssuedAt()));
				content.put(EXPIRES, Objects.requireNonNull(code.getToken().getExpiresAt()));
			}
			String value = (code != null) ? code.getToken().getTokenValue() : "";
			return read(content, value).filter((back) -> isSame(back, authorization)).map((back) -> content);
		}
		catch (RuntimeException ex) {
			return Optional.empty();
		}
	}

	private boolean isSame(OAuth2Authorization back, OAuth2Authorization authorization) {
		OAuth2Authorization withSameAttributes = OAuth2Authorization.from(back).attributes((all) -> {
			all.clear();
			all.putAll(authorization.getAttributes());
		}).build();
		// Not all attributes have an equals method, so their JSON is compared, and the
		// types of the user, which JSON may not tell
		return withSameAttributes.equals(authorization)
				&& this.json.valueToTree(back.getAttributes())
					.equals(this.json.valueToTree(authorization.getAttributes()))
				&& isSame(back.<Authentication>getAttribute(Principal.class.getName()),
						authorization.<Authentication>getAttribute(Principal.class.getName()));
	}

	private static boolean isSame(@Nullable Authentication back, @Nullable Authentication user) {
		if (back == null || user == null) {
			return back == user;
		}
		return back.equals(user) && type(back).equals(type(user))
				&& type(back.getPrincipal()).equals(type(user.getPrincipal()))
				&& type(back.getDetails()).equals(type(user.getDetails())) && types(back).equals(types(user));
	}

	private static Class<?> type(@Nullable Object value) {
		return (value != null) ? value.getClass() : Void.class;
	}

	private static Set<Object> types(Authentication user) {
		Set<Object> types = new LinkedHashSet<>();
		for (GrantedAuthority authority : user.getAuthorities()) {
			types.add(Map.entry(authority.getClass(), authority));
		}
		return types;
	}

	/**
	 * Reads an authorization.
	 * @param content the content
	 * @param code the code that it was kept under; not used if it was kept under a state
	 * @return the authorization, or empty if the content cannot be read
	 */
	Optional<OAuth2Authorization> read(Map<?, ?> content, String code) {
		try {
			Map<String, Object> attributes = this.json.readValue(text(content, ATTRIBUTES), new TypeReference<>() {
			});
			OAuth2Authorization.Builder builder = OAuth2Authorization
				.withRegisteredClient(client(text(content, CLIENT)))
				.id(text(content, ID))
				.principalName(text(content, PRINCIPAL))
				.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
				.authorizedScopes(scopes(content))
				.attributes((all) -> all.putAll(attributes));
			if (content.get(ISSUED) instanceof Instant issued && content.get(EXPIRES) instanceof Instant expires) {
				builder.token(new OAuth2AuthorizationCode(code, issued, expires));
			}
			return Optional.of(builder.build());
		}
		catch (RuntimeException ex) {
			return Optional.empty();
		}
	}

	private static Set<String> scopes(Map<?, ?> content) {
		Set<String> scopes = new LinkedHashSet<>();
		if (content.get(SCOPES) instanceof List<?> list) {
			list.forEach((scope) -> scopes.add((String) scope));
		}
		return scopes;
	}

	private static String text(Map<?, ?> content, String name) {
		return (String) Objects.requireNonNull(content.get(name));
	}

	/**
	 * Returns a client with the given id, which is all that an authorization takes of it.
	 */
	private static RegisteredClient client(String id) {
		return RegisteredClient.withId(id)
			.clientId(id)
			.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
			.build();
	}

}
