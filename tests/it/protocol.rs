//! Which test covers which behaviour of the protocol: what the certification plans of the OpenID Foundation ask, by plan, and
//! what the specifications ask beside, by endpoint. The test below sees to it that every test that is named here exists.
//!
//! # By plan
//!
//! | plan and behaviour | test |
//! |---|---|
//! | basic: sound answer, `iss`, ID token and `UserInfo` | `independent::an_independent_client_verifies_the_tokens` |
//! | basic: a missing or unknown `response_type`, in the right mode | `refusals::every_other_fault_goes_back_to_the_app`, `protocol_authorize::an_error_travels_in_the_same_mode_as_an_answer` |
//! | basic: RS256 with a `kid`, nothing unsigned | `refusals::documents_are_cached_and_true`, `code_flow::keys_are_rotated_without_breaking_tokens` |
//! | basic: `UserInfo` by GET, header and form | `refusals::userinfo_takes_access_tokens_only` |
//! | basic: scopes and claims, any order, unknown parameters, `display`, `ui_locales`, `claims_locales`, `login_hint` | `protocol_accounts::what_an_app_hints_at_never_fails` |
//! | basic: `prompt=login`, `max_age`, `auth_time` | `protocol_accounts::an_age_is_kept_and_a_sign_in_again_is_one` |
//! | basic: `prompt=none` with and without a session, remembered consent | `code_flow::a_signed_in_browser_goes_straight_back`, `code_flow::consent_is_asked_once_and_a_no_goes_to_the_app` |
//! | basic: `prompt=select_account` | `protocol_accounts::the_account_that_is_signed_in_is_chosen_with_one_press` |
//! | basic: `id_token_hint` | `protocol_subjects::a_pairwise_hint_says_whom_the_app_expects` |
//! | basic: `acr_values`, `acr` as an essential claim | `demanded::an_app_gets_the_strength_that_it_asks_for` |
//! | basic: a code is used once, also later, and takes its tokens along | `code_flow::a_code_is_redeemed_once_of_fifty_at_a_time`, `code_flow::a_code_that_comes_twice_ends_its_tokens` |
//! | basic: an unregistered address is a page | `refusals::an_unknown_app_or_address_gets_a_page_and_never_a_redirect`, `protocol_corpus::no_mutation_of_the_address_redirects` |
//! | basic: a request by form, without cookies | `refusals::a_form_post_survives_the_lost_cookie`, `protocol_authorize::a_form_post_is_stored_and_answered_once` |
//! | basic: claims by name | `protocol_requests::claims_asked_for_by_name_come_where_they_were_asked_for` |
//! | basic: request objects by value and by address | `protocol_requests::in_the_classic_profile_what_is_inside_wins_and_the_rest_is_added`, `protocol_fetches::a_request_is_fetched_from_a_registered_address` |
//! | basic: refresh | `code_flow::a_refresh_token_of_an_app_with_a_secret_stays`, `refusals::a_code_is_bound_to_app_address_and_verifier` |
//! | form post | `protocol_authorize::an_answer_travels_as_the_app_wishes` |
//! | implicit and hybrid | `protocol_authorize::classic_response_types_carry_the_right_hashes`, `protocol_authorize::an_id_token_alone_carries_the_claims_itself`, `protocol_authorize::a_front_channel_id_token_needs_a_nonce` |
//! | config | `refusals::documents_are_cached_and_true`, `protocol_clients::discovery_lists_every_way` |
//! | dynamic: registration, reading, deleting | `protocol_registration::an_app_registers_itself_and_works`, `protocol_registration::updates::an_app_reads_changes_and_removes_its_registration` |
//! | dynamic: faults by name, sectors, fragments | `protocol_registration::what_cannot_be_registered_is_refused_by_name`, `protocol_registration::a_sector_is_proven_by_its_list` |
//! | dynamic: keys by address, and their change | `protocol_fetches::the_keys_of_an_app_are_fetched_and_kept`, `protocol_fetches::an_unknown_key_is_looked_for_at_most_once_in_ten_seconds` |
//! | dynamic: logo, policy and terms are shown | `protocol_registration::people_are_asked_for_consent_and_shown_what_the_app_says` |
//! | dynamic: our keys change | `code_flow::keys_are_rotated_without_breaking_tokens`, `nodes::a_key_rotation_is_seen_by_the_other_node` |
//! | third-party initiated login | `protocol_registration::what_is_registered_is_told_back`, `protocol_registration::what_cannot_be_registered_is_refused_by_name` |
//! | logout by the app | `code_flow::signing_out_ends_the_session_and_what_it_gave` |
//! | back-channel logout | `protocol_logout::an_app_is_told_when_somebody_signs_out`, `protocol_logout::an_app_that_is_away_is_told_again_and_holds_up_nobody` |
//! | front-channel logout | `protocol_logout::apps_are_told_in_frames_when_somebody_signs_out`, `protocol_logout::the_way_back_waits_for_the_frames_and_says_nothing_more`, `browser_logout::an_app_is_told_in_a_frame_before_the_browser_goes_back` |
//! | session management | `protocol_sessions::every_answer_says_what_to_compare`, `protocol_sessions::the_login_state_follows_the_session`, `protocol_sessions::an_error_without_a_session_leaves_the_browser_as_it_is`, `browser_sessions::an_app_sees_in_a_frame_that_somebody_signed_out` |
//! | FAPI 2 security: happy flow | `protocol_fapi2::happy_flow`, `protocol_mtls::a_certificate_will_do_for_fapi2` |
//! | FAPI 2 security: what must be pushed, bound, and proven with PKCE | `protocol_fapi2::ensure_unsigned_authorization_request_without_using_par_fails`, `protocol_fapi2::ensure_holder_of_key_required`, `protocol_fapi2::par_ensure_pkce_required` |
//! | FAPI 2 security: statements of apps | `protocol_fapi2::signed_client_assertion_with_rs256_fails`, `protocol_fapi2::par_with_an_audience_other_than_the_issuer_string_fails`, `protocol_clients::a_statement_with_any_fault_is_refused` |
//! | FAPI 2 security: proofs | `protocol_dpop::a_proof_with_any_fault_opens_nothing`, `protocol_dpop::a_proof_that_is_only_written_otherwise_is_fine`, `protocol_dpop::a_code_is_bound_to_the_key_that_the_request_named`, `protocol_dpop::a_pushed_request_binds_its_code_to_the_key_of_its_proof` |
//! | FAPI 2 security: codes and refresh tokens | `protocol_fapi2::ensure_token_endpoint_fails_with_expired_auth_code`, `protocol_fapi2::ensure_authorization_code_is_bound_to_client`, `protocol_fapi2::refresh_token_works_with_a_new_key_and_is_not_replaced` |
//! | FAPI 2 security: a pushed request is opened often and answered once | `protocol_requests::a_pushed_request_is_opened_by_its_app_and_answered_once` |
//! | FAPI 2 security: TLS | `tls::tls_1_2_has_four_suites_and_tls_1_3_its_own` |
//! | FAPI 2 message signing | `protocol_fapi2::ensure_request_object_faults_are_found_when_it_is_pushed`, `protocol_fapi2::signed_answers_come_in_one_parameter` |
//!
//! # By endpoint
//!
//! | endpoint and behaviour | test |
//! |---|---|
//! | errors: never a redirect to where nobody registered | `protocol_corpus::nobody_is_sent_anywhere_for_an_app_that_is_not_there`, `protocol_corpus::an_address_that_is_missing_or_sent_twice_redirects_nowhere`, `protocol_requests::a_broken_request_object_redirects_to_registered_addresses_only` |
//! | errors: the code that the table says | `protocol_corpus::any_authorization_request_is_answered_by_the_rules`, `protocol_corpus::any_token_request_is_answered_by_the_rules` |
//! | authorization: resources | `protocol_requests::a_token_is_for_the_resources_that_were_asked_for` |
//! | authorization: details | `protocol_details::details_that_are_not_the_apps_are_refused_everywhere`, `protocol_details::a_yes_in_one_tab_is_no_yes_in_another` |
//! | authorization: the interaction belongs to its browser | `refusals::an_interaction_belongs_to_its_browser_and_ends` |
//! | token: how apps authenticate | `refusals::an_app_authenticates_as_it_registered_and_in_one_way`, `protocol_clients::the_registered_algorithm_and_way_count`, `protocol_mtls::a_certificate_proves_an_app_by_the_name_that_it_registered`, `protocol_mtls::a_certificate_that_the_app_signed_itself_must_be_the_registered_one` |
//! | token: certificates behind a proxy | `protocol_mtls::proxies::a_trusted_proxy_passes_a_certificate_on_and_nobody_else` |
//! | token: refresh tokens are replaced, or bound, and end a family that is used twice | `code_flow::a_refresh_token_of_an_app_without_a_secret_is_replaced`, `protocol_dpop::a_refresh_token_of_an_app_without_a_secret_is_bound_to_its_key_and_stays`, `protocol_mtls::an_app_without_a_secret_refreshes_with_its_certificate_only` |
//! | token: the life of a refresh token | `protocol_lifetimes::an_organisations_limit_binds_what_apps_were_given`, `protocol_lifetimes::a_session_that_is_ended_elsewhere_takes_its_tokens_along` |
//! | token: apps for themselves | `refusals::an_app_acts_for_itself_with_its_own_scopes` |
//! | token: devices | `protocol_device::a_device_is_signed_in_after_somebody_types_its_code`, `protocol_device::codes_cannot_be_guessed` |
//! | token: exchange | `protocol_exchange::a_traded_token_is_never_more_than_what_was_given` |
//! | token: proofs and nonces | `protocol_dpop::a_proof_counts_once`, `protocol_dpop::a_nonce_is_demanded_where_that_is_the_rule` |
//! | token: bound to a certificate | `protocol_mtls::tokens_are_bound_to_the_certificate_that_was_shown` |
//! | `UserInfo` | `refusals::userinfo_takes_access_tokens_only`, `protocol_subjects::userinfo_answers_signed_where_that_is_registered` |
//! | pushed requests | `protocol_requests::a_pushed_request_is_checked_when_it_is_pushed`, `protocol_requests::an_app_that_must_push_its_requests_cannot_do_otherwise` |
//! | revocation | `protocol_tokens::nobody_revokes_the_tokens_of_another_app`, `protocol_tokens::a_revoked_refresh_token_takes_its_access_tokens_along` |
//! | introspection | `protocol_tokens::what_does_not_count_is_only_inactive`, `protocol_tokens::a_token_is_nobody_elses_business`, `protocol_tokens::introspection_answers_signed_when_asked_to` |
//! | discovery says what is true | `refusals::documents_are_cached_and_true`, `protocol_mtls::certificates_are_advertised_only_where_they_are_taken`, `protocol_details::discovery_names_the_types`, `protocol_device::without_the_setting_there_is_nothing`, `protocol_registration::without_the_setting_there_is_nothing` |
//! | registration | `protocol_registration::a_registration_needs_its_token`, `protocol_registration::updates::what_the_operator_did_a_moment_ago_survives_an_update` |
//! | logout | `protocol_logout::nobody_is_told_what_is_not_theirs_and_nobody_is_told_twice`, `protocol_logout::an_address_behind_the_server_is_not_called` |
//! | sessions and cookies | `sign_in::every_sign_in_has_a_new_secret_and_the_old_one_ends`, `tls::a_browser_signs_in_with_cookies_that_only_https_carries` |
//! | apps in browsers and on telephones | `refusals::other_origins_may_call_what_is_meant_for_them` |
//! | every answer has its headers | `refusals::every_page_has_its_headers` |

use std::path::Path;

#[test]
fn every_test_that_the_tables_name_exists() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let own = std::fs::read_to_string(folder.join("protocol.rs")).unwrap();
    let named =
        own.lines().filter(|line| line.starts_with("//! |")).flat_map(|line| line.split('`').skip(1).step_by(2));
    let mut count = 0;
    for name in named.filter(|name| name.contains("::")) {
        let (module, test) = name.rsplit_once("::").unwrap();
        let source = std::fs::read_to_string(folder.join(format!("{}.rs", module.replace("::", "/"))));
        let source = source.unwrap_or_else(|_| panic!("there is no module {module}"));
        assert!(source.contains(&format!("fn {test}(")), "there is no test {name}");
        count += 1;
    }
    assert!(count > 80, "the tables were not read: {count}");
}
