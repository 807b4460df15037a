"""One administrator stays, whoever asks: the application, two people at once, or psql.

An administrator is active, and is a superuser or a member of the administrator role to whom
managing users is not denied. What takes somebody out of that set waits for others that do (an
advisory lock), and is refused if nobody would be left. A database without one is left alone:
somebody has to make the first.
"""

INSTALL = """
CREATE FUNCTION access_one_change_at_a_time() RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('access_administrators', 0))
$$;

CREATE FUNCTION access_require_administrator() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM access_one_change_at_a_time();
    IF NOT EXISTS (
        SELECT 1 FROM access_user u WHERE u.is_active AND (u.is_superuser OR (
            EXISTS (SELECT 1 FROM access_user_groups m JOIN auth_group g ON g.id = m.group_id
                    WHERE m.user_id = u.id AND g.name = 'administrator')
            AND NOT EXISTS (
                SELECT 1 FROM access_user_denied_permissions d
                JOIN auth_permission p ON p.id = d.permission_id
                JOIN django_content_type c ON c.id = p.content_type_id
                WHERE d.user_id = u.id AND p.codename = 'change_user' AND c.app_label = 'access'
            )))
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = 'access_user',
            CONSTRAINT = 'access_last_administrator',
            MESSAGE = 'The last active administrator stays one.',
            HINT = 'Make somebody else an administrator first.';
    END IF;
END $$;

-- Whether a user, as the row was, counted: roles and denials as they are now.
CREATE FUNCTION access_user_kept() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.is_superuser OR EXISTS (
        SELECT 1 FROM access_user_groups m JOIN auth_group g ON g.id = m.group_id
        WHERE m.user_id = OLD.id AND g.name = 'administrator'
    ) THEN
        PERFORM access_require_administrator();
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER access_user_kept_changed AFTER UPDATE OF is_active, is_superuser ON access_user
    FOR EACH ROW WHEN (OLD.is_active AND (NOT NEW.is_active
                       OR OLD.is_superuser AND NOT NEW.is_superuser))
    EXECUTE FUNCTION access_user_kept();
CREATE TRIGGER access_user_kept_deleted AFTER DELETE ON access_user
    FOR EACH ROW WHEN (OLD.is_active) EXECUTE FUNCTION access_user_kept();

CREATE FUNCTION access_role_kept() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM auth_group WHERE id = OLD.group_id AND name = 'administrator')
       AND EXISTS (SELECT 1 FROM access_user WHERE id = OLD.user_id AND is_active) THEN
        PERFORM access_require_administrator();
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER access_role_kept AFTER UPDATE OR DELETE ON access_user_groups
    FOR EACH ROW EXECUTE FUNCTION access_role_kept();

CREATE FUNCTION access_right_kept() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id
        WHERE p.id = NEW.permission_id AND p.codename = 'change_user' AND c.app_label = 'access'
    ) AND EXISTS (
        SELECT 1 FROM access_user_groups m JOIN auth_group g ON g.id = m.group_id
        JOIN access_user u ON u.id = m.user_id
        WHERE u.id = NEW.user_id AND u.is_active AND g.name = 'administrator'
    ) THEN
        PERFORM access_require_administrator();
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER access_right_kept AFTER INSERT OR UPDATE ON access_user_denied_permissions
    FOR EACH ROW EXECUTE FUNCTION access_right_kept();

CREATE FUNCTION access_role_name_kept() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM access_user_groups m JOIN access_user u ON u.id = m.user_id
               WHERE m.group_id = OLD.id AND u.is_active) THEN
        PERFORM access_require_administrator();
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER access_role_name_kept AFTER UPDATE OF name ON auth_group
    FOR EACH ROW WHEN (OLD.name = 'administrator' AND NEW.name <> OLD.name)
    EXECUTE FUNCTION access_role_name_kept();
"""

UNINSTALL = """
DROP TRIGGER access_role_name_kept ON auth_group;
DROP FUNCTION access_role_name_kept();
DROP TRIGGER access_right_kept ON access_user_denied_permissions;
DROP FUNCTION access_right_kept();
DROP TRIGGER access_role_kept ON access_user_groups;
DROP FUNCTION access_role_kept();
DROP TRIGGER access_user_kept_deleted ON access_user;
DROP TRIGGER access_user_kept_changed ON access_user;
DROP FUNCTION access_user_kept();
DROP FUNCTION access_require_administrator();
DROP FUNCTION access_one_change_at_a_time();
"""
