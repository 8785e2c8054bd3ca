package io.github.oauth2state.authorizationserver;

import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntFunction;

import io.github.oauth2state.CodeType;

/**
 * What may be used once, and how.
 */
enum OneUse {

	AUTHORIZATION_CODE {

		@Override
		IntFunction<HttpResponse<String>> prepare(int port) {
			String code = PLAIN.authorize(port);
			return (at) -> PLAIN.redeem(at, code);
		}

	},

	REFRESH_TOKEN {

		@Override
		IntFunction<HttpResponse<String>> prepare(int port) {
			String token = ProviderClient.json(PLAIN.redeem(port, PLAIN.authorize(port)), "refresh_token");
			return (at) -> PLAIN.refresh(at, token);
		}

	},

	DEVICE_CODE {

		@Override
		IntFunction<HttpResponse<String>> prepare(int port) {
			String code = PLAIN.authorizeDevice(port);
			return (at) -> PLAIN.pollDevice(at, code);
		}

	},

	/**
	 * Each time by another user, as a server remembers who consented.
	 */
	CONSENT {

		@Override
		IntFunction<HttpResponse<String>> prepare(int port) {
			ProviderClient client = new ProviderClient("consent", UUID.randomUUID().toString());
			HttpResponse<String> page = client.get(port, "/oauth2/authorize?" + ProviderClient.form(client.request()));
			Map<String, String> form = new HashMap<>(Map.of("client_id", "consent", "scope", "profile"));
			form.put("state", ProviderClient.hidden(page, "state"));
			return (at) -> client.submit(at, "/oauth2/authorize", form);
		}

	},

	PUSHED_REQUEST {

		@Override
		IntFunction<HttpResponse<String>> prepare(int port) {
			String query = ProviderClient.form(Map.of("client_id", "plain", "request_uri", PLAIN.push(port)));
			return (at) -> PLAIN.get(at, "/oauth2/authorize?" + query);
		}

	};

	private static final ProviderClient PLAIN = new ProviderClient("plain");

	/**
	 * Prepares something that can be used once.
	 * @param port the instance
	 * @return uses it at an instance
	 */
	abstract IntFunction<HttpResponse<String>> prepare(int port);

	CodeType type() {
		return CodeType.valueOf(name());
	}

	/**
	 * Returns whether an answer hands out tokens or a code.
	 */
	static boolean isSuccess(HttpResponse<String> answer) {
		return answer.body().contains("\"access_token\"")
				|| answer.headers().firstValue("Location").filter((to) -> to.contains("code=")).isPresent();
	}

}
